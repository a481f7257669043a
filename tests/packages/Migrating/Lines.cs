// Lines of WCF as they come from .NET Framework. The analyzers of the package have something to say about each: the build looks for all ids.

using System.ServiceModel;
using System.ServiceModel.Channels;

internal static class Lines
{
    public static IEnumerable<object> All()
    {
        var binding = new WSHttpBinding(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = MessageCredentialType.IssuedToken;
        yield return binding;
        yield return SecurityBindingElement.CreateMutualCertificateBindingElement();
        yield return new BasicHttpBinding(BasicHttpSecurityMode.Message);
        yield return new NetTcpBinding(SecurityMode.Message);
        yield return new ChannelFactory<IDisposable>("orders");
    }
}
