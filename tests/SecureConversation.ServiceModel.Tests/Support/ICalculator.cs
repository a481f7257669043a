using System.Runtime.Serialization;
using System.ServiceModel;

namespace SecureConversation.ServiceModel.Tests.Support;

[ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
public interface ICalculator
{
    [OperationContract]
    double Add(double a, double b);

    [OperationContract]
    Task<double> AddAsync(double a, double b);

    [OperationContract]
    string Echo(string text);

    [OperationContract]
    Task<string> EchoAsync(string text);

    [OperationContract, FaultContract(typeof(MathFault))]
    double Divide(double a, double b);

    [OperationContract]
    void Fail(string reason);

    /// <summary>Answers with a fault of that many elements.</summary>
    [OperationContract, FaultContract(typeof(int[]), Action = "urn:calc/Many")]
    void FailAtLength(int count);

    [OperationContract(IsOneWay = true)]
    void Notify(string text);

    [OperationContract(IsOneWay = true)]
    Task NotifyAsync(string text);

    /// <summary>Answers when the test lets it.</summary>
    [OperationContract]
    Task<string> HoldAsync(string text);
}

[ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
public interface ICalculatorApm
{
    [OperationContract(AsyncPattern = true)]
    IAsyncResult BeginAdd(double a, double b, AsyncCallback? callback, object? state);

    double EndAdd(IAsyncResult result);
}

[ServiceContract(Namespace = "urn:calc", Name = "ICalculator", SessionMode = SessionMode.Required)]
public interface ISessionCalculator
{
    [OperationContract]
    double Add(double a, double b);
}

/// <summary>Nothing but one-way: the stack asks for other channels.</summary>
[ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
public interface INotifier
{
    [OperationContract(IsOneWay = true)]
    void Notify(string text);
}

[DataContract(Namespace = "urn:calc")]
public sealed class MathFault
{
    [DataMember]
    public string? Reason { get; set; }
}

/// <summary>What svcutil generates.</summary>
public sealed class CalculatorClient : ClientBase<ICalculator>, ICalculator
{
    public CalculatorClient(System.ServiceModel.Channels.Binding binding, EndpointAddress address)
        : base(binding, address)
    {
    }

    public double Add(double a, double b) => Channel.Add(a, b);

    public Task<double> AddAsync(double a, double b) => Channel.AddAsync(a, b);

    public string Echo(string text) => Channel.Echo(text);

    public Task<string> EchoAsync(string text) => Channel.EchoAsync(text);

    public double Divide(double a, double b) => Channel.Divide(a, b);

    public void Fail(string reason) => Channel.Fail(reason);

    public void FailAtLength(int count) => Channel.FailAtLength(count);

    public void Notify(string text) => Channel.Notify(text);

    public Task NotifyAsync(string text) => Channel.NotifyAsync(text);

    public Task<string> HoldAsync(string text) => Channel.HoldAsync(text);
}
