using System;
using System.ServiceModel;
using OrderClient.Orders;

namespace OrderClient
{
    using SecureConversation.ServiceModel.Configuration;

    internal static class Program
    {
        private static void Main()
        {
            var branch = new OrderServiceClient("certificate");
            Console.WriteLine("certificate: " + branch.Place(new Order { Item = "tea", Quantity = 2 }));
            Console.WriteLine("certificate: " + branch.Place(new Order { Item = "milk", Quantity = 1 }));
            Console.WriteLine("certificate: orders " + branch.CountMyOrders());
            Console.WriteLine("certificate: " + branch.WhoAmI());
            branch.Close();

            var customer = new OrderServiceClient("user");
            customer.ClientCredentials.UserName.UserName = "ada";
            customer.ClientCredentials.UserName.Password = "lovelace";
            Console.WriteLine("user: " + customer.Place(new Order { Item = "sugar", Quantity = 3 }));
            Console.WriteLine("user: " + customer.WhoAmI());
            try
            {
                customer.Place(new Order { Item = "elephants", Quantity = 1000 });
            }
            catch (FaultException<OutOfStock> e)
            {
                Console.WriteLine("user: only " + e.Detail.Left + ". " + e.Message);
            }

            customer.Close();

            var factory = new ChannelFactory<IOrderService>("till");
            var till = factory.CreateChannel();
            Console.WriteLine("till: " + till.Place(new Order { Item = "bread", Quantity = 4 }));
            Console.WriteLine("till: " + till.WhoAmI());
            ((IClientChannel)till).Close();
            factory.Close();
        }
    }
}
