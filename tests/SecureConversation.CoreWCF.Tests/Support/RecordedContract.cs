using System.Net.Security;
using CoreWCF;

namespace SecureConversation.CoreWCF.Tests.Support;

/// <summary>The contract of the recorded services, for their descriptions: nobody calls it.</summary>
[ServiceContract(Name = "Echo", Namespace = "http://example.org/echo")]
public interface IRecorded
{
    [OperationContract]
    string Echo(string text);

    [OperationContract]
    int Add(int a, int b);

    [OperationContract]
    string WhoAmI();

    [OperationContract, FaultContract(typeof(string))]
    string Fail(string text);

    [OperationContract(IsOneWay = true)]
    void Notify(string text);

    [OperationContract]
    void Ping();

    [OperationContract]
    string FailUntyped(string text);

    [OperationContract]
    string Crash(string text);
}

[ServiceContract(Name = "Echo", Namespace = "http://example.org/echo"), ProtectionLevel(ProtectionLevel.Sign)]
public interface ISignedRecorded
{
    [OperationContract]
    string Echo(string text);

    [OperationContract]
    int Add(int a, int b);

    [OperationContract]
    string WhoAmI();

    [OperationContract, FaultContract(typeof(string))]
    string Fail(string text);

    [OperationContract(IsOneWay = true)]
    void Notify(string text);

    [OperationContract]
    void Ping();

    [OperationContract]
    string FailUntyped(string text);

    [OperationContract]
    string Crash(string text);
}

[ServiceContract(Name = "Echo", Namespace = "http://example.org/echo"), ProtectionLevel(ProtectionLevel.None)]
public interface IUnprotectedRecorded
{
    [OperationContract]
    string Echo(string text);

    [OperationContract]
    int Add(int a, int b);

    [OperationContract]
    string WhoAmI();

    [OperationContract, FaultContract(typeof(string))]
    string Fail(string text);

    [OperationContract(IsOneWay = true)]
    void Notify(string text);

    [OperationContract]
    void Ping();

    [OperationContract]
    string FailUntyped(string text);

    [OperationContract]
    string Crash(string text);
}

[ServiceBehavior(Name = "EchoService", Namespace = "http://example.org/echo")]
public sealed class RecordedService : IRecorded, ISignedRecorded, IUnprotectedRecorded
{
    public string Echo(string text) => text;

    public int Add(int a, int b) => a + b;

    public string WhoAmI() => "";

    public string Fail(string text) => throw new FaultException<string>(text);

    public void Notify(string text)
    {
    }

    public void Ping()
    {
    }

    public string FailUntyped(string text) => throw new FaultException(text);

    public string Crash(string text) => throw new InvalidOperationException(text);
}
