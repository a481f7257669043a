using System.Runtime.Serialization;
using CoreWCF;

namespace Shop
{
    [ServiceContract(Namespace = "urn:shop")]
    public interface IOrderService
    {
        [OperationContract]
        [FaultContract(typeof(OutOfStock))]
        string Place(Order order);

        [OperationContract]
        int CountMyOrders();

        [OperationContract]
        string WhoAmI();
    }

    [DataContract(Namespace = "urn:shop")]
    public class Order
    {
        [DataMember]
        public string Item { get; set; }

        [DataMember]
        public int Quantity { get; set; }
    }

    [DataContract(Namespace = "urn:shop")]
    public class OutOfStock
    {
        [DataMember]
        public int Left { get; set; }
    }
}
