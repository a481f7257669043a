using System.Net.Security;
using System.Runtime.Serialization;
using System.ServiceModel;
using SecureConversation.ServiceModel;

namespace SecureConversation.Contract.Wcf.ServiceModel;

[ServiceContract(Namespace = Contract.Namespace, Name = Contract.Name)]
[UseProtectionLevels]
public interface IContract
{
    [OperationContract]
    double Add(double a, double b);

    [OperationContract]
    Task<double> AddAsync(double a, double b);

    [OperationContract]
    Task<string> EchoAsync(string text);

    [OperationContract, FaultContract(typeof(MathFault))]
    Task<double> DivideAsync(double a, double b);

    [OperationContract]
    Task<string> FailAsync(string text);

    [OperationContract(IsOneWay = true)]
    Task NotifyAsync(string text);

    [OperationContract]
    Task<int> CountAsync();

    [OperationContract]
    Task<string> WhoAmIAsync();

    [OperationContract, ProtectionLevel(ProtectionLevel.Sign)]
    Task<string> SignedAsync(string text);
}

[DataContract(Namespace = Contract.Namespace)]
public sealed class MathFault
{
    [DataMember]
    public string? Reason { get; set; }
}
