using CoreWCF;

namespace Shop
{
    [ServiceBehavior(InstanceContextMode = InstanceContextMode.PerSession)]
    public class OrderService : IOrderService
    {
        private const int Stock = 10;
        private int _orders;

        public string Place(Order order)
        {
            if (order.Quantity > Stock)
            {
                throw new FaultException<OutOfStock>(new OutOfStock { Left = Stock }, new FaultReason("There are not that many."));
            }

            _orders++;
            return string.Format("{0} x {1}", order.Quantity, order.Item);
        }

        public int CountMyOrders()
        {
            return _orders;
        }

        public string WhoAmI()
        {
            return ServiceSecurityContext.Current.PrimaryIdentity.Name;
        }
    }
}
