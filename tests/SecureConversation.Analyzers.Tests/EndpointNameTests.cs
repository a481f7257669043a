namespace SecureConversation.Analyzers.Tests;

public sealed class EndpointNameTests
{
    [Fact]
    public Task GeneratedProxy_GetsTheBaseClassThatReadsFiles() => Verify.Fixes<EndpointNameAnalyzer, NamedEndpointFix>("""
        public interface IOrders { }
        public partial class OrdersClient : {|SC1007:System.ServiceModel.ClientBase<IOrders>|}, IOrders
        {
            public OrdersClient() { }
            public OrdersClient(string name) : base({|CS1503:name|}) { }
            public OrdersClient(System.ServiceModel.Channels.Binding b, System.ServiceModel.EndpointAddress a) : base(b, a) { }
        }
        """, """
        public interface IOrders { }
        public partial class OrdersClient : SecureConversation.ServiceModel.Configuration.ClientBase<IOrders>, IOrders
        {
            public OrdersClient() { }
            public OrdersClient(string name) : base(name) { }
            public OrdersClient(System.ServiceModel.Channels.Binding b, System.ServiceModel.EndpointAddress a) : base(b, a) { }
        }
        """);

    [Fact]
    public Task ChannelFactoryByName_BecomesOurs() => Verify.Fixes<EndpointNameAnalyzer, NamedEndpointFix>("""
        using System.ServiceModel;
        class C { object A() => {|SC1007:new ChannelFactory<System.IDisposable>({|CS1503:"orders"|})|}; }
        """, """
        using System.ServiceModel;
        class C { object A() => new SecureConversation.ServiceModel.Configuration.ChannelFactory<System.IDisposable>("orders"); }
        """);

    [Fact]
    public Task BindingsAndEndpointsInCode_AreNotReported() => Verify.Reports<EndpointNameAnalyzer>("""
        using System.ServiceModel;
        using System.ServiceModel.Channels;
        class Proxy : ClientBase<System.IDisposable>
        {
            static Proxy() { }
            public Proxy(Binding binding, EndpointAddress address) : base(binding, address) { }
            public Proxy(string address) : this(new BasicHttpBinding(), new EndpointAddress(address)) { }
        }
        class C { object A() => new ChannelFactory<System.IDisposable>(new BasicHttpBinding()); }
        """);
}
