using System.Net.Security;
using System.Runtime.Serialization;
using CoreWCF;
using SecureConversation.Contract.Sides;
using SecureConversation.CoreWCF;

namespace SecureConversation.Contract.Wcf.CoreWcf;

[ServiceContract(Namespace = Contract.Namespace, Name = Contract.Name)]
public interface IContract
{
    [OperationContract]
    double Add(double a, double b);

    [OperationContract]
    Task<string> EchoAsync(string text);

    [OperationContract, FaultContract(typeof(MathFault))]
    double Divide(double a, double b);

    [OperationContract]
    string Fail(string text);

    [OperationContract(IsOneWay = true)]
    void Notify(string text);

    [OperationContract]
    int Count();

    [OperationContract]
    string WhoAmI();

    [OperationContract, ProtectionLevel(ProtectionLevel.Sign)]
    string Signed(string text);
}

[ServiceContract(Namespace = Contract.Namespace, Name = Contract.Name, SessionMode = SessionMode.Required)]
public interface ISessionContract : IContract;

[DataContract(Namespace = Contract.Namespace)]
public sealed class MathFault
{
    [DataMember]
    public string? Reason { get; set; }
}

/// <summary>One instance for each session: its end tells the probe.</summary>
[ServiceBehavior(InstanceContextMode = InstanceContextMode.PerSession, ConcurrencyMode = ConcurrencyMode.Multiple)]
public sealed class ContractService(ServiceProbe probe) : ISessionContract, IDisposable
{
    private readonly bool _isInSession = OperationContext.Current?.SessionId is not null;
    private int _count;

    public double Add(double a, double b)
    {
        probe.OnCall();
        return a + b;
    }

    public async Task<string> EchoAsync(string text)
    {
        probe.OnCall();
        await Task.Yield();
        return text;
    }

    public double Divide(double a, double b)
    {
        probe.OnCall();
        return b == 0
            ? throw new FaultException<MathFault>(new MathFault { Reason = "zero" }, "No division by zero.", FaultCode.CreateSenderFaultCode("DivideByZero", Contract.Namespace))
            : a / b;
    }

    public string Fail(string text)
    {
        probe.OnCall();
        throw new InvalidOperationException(Contract.Secret);
    }

    public void Notify(string text)
    {
        probe.OnCall();
        probe.OnNotified(text);
    }

    public int Count()
    {
        probe.OnCall();
        return Interlocked.Increment(ref _count);
    }

    public string WhoAmI()
    {
        probe.OnCall();
        return $"{ServiceSecurityContext.Current.PrimaryIdentity.Name}\n{OperationContext.Current!.SessionId}";
    }

    public string Signed(string text)
    {
        probe.OnCall();
        return text;
    }

    public void Dispose()
    {
        if (_isInSession)
        {
            probe.SessionEnded.Release();
        }
    }
}
