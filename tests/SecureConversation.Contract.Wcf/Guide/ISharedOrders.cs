using System.Net.Security;
using System.Runtime.Serialization;
using System.ServiceModel;

namespace SecureConversation.Contract.Wcf.Guide;

/// <summary>
/// A contract that client and service share: it needs neither adapter, and CoreWCF reads the attributes of System.ServiceModel.
/// </summary>
[ServiceContract(Namespace = "urn:orders", Name = "Orders")]
[ProtectionLevel(ProtectionLevel.Sign)]
public interface ISharedOrders
{
    [OperationContract(Action = "urn:orders/Place", ReplyAction = "urn:orders/PlaceResponse")]
    OrderMessage Place(OrderMessage order);

    [OperationContract(Action = "urn:orders/Open", ReplyAction = "urn:orders/OpenResponse")]
    string Open(string text);

    [OperationContract(Action = "urn:orders/Secret", ReplyAction = "urn:orders/SecretResponse")]
    [ProtectionLevel(ProtectionLevel.EncryptAndSign)]
    string Secret(string text);

    [OperationContract(Action = "urn:orders/Fail", ReplyAction = "urn:orders/FailResponse")]
    [FaultContract(typeof(OrderFault), Action = "urn:orders/OrderFault")]
    [ProtectionLevel(ProtectionLevel.EncryptAndSign, Fault = typeof(OrderFault))]
    string Fail(string text);
}

[MessageContract(WrapperName = "Order", WrapperNamespace = "urn:orders")]
[ProtectionLevel(ProtectionLevel.EncryptAndSign)]
public sealed class OrderMessage
{
    [MessageHeader(Namespace = "urn:orders")]
    [ProtectionLevel(ProtectionLevel.Sign)]
    public string? Route { get; set; }

    [MessageHeader(Namespace = "urn:orders")]
    public string? Customer { get; set; }

    [MessageBodyMember(Namespace = "urn:orders")]
    public string? Item { get; set; }
}

[DataContract(Namespace = "urn:orders")]
public sealed class OrderFault
{
    [DataMember]
    public string? Reason { get; set; }
}
