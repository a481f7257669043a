using System.Xml;
using CoreWCF.Channels;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests.Support;

public static class Bindings
{
    public static TheoryData<string> Bootstraps { get; } = ["mutual", "mutual10", "duplex", "anonymous", "username"];

    public static Element Bootstrap(string name) => name switch
    {
        "mutual" => Element.CreateMutualCertificateBindingElement(),
        "mutual10" => Element.CreateMutualCertificateBindingElement(
            global::CoreWCF.MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10, true),
        "duplex" => new Element(Binding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement() with { AllowSerializedSigningTokenOnReply = true }),
        "anonymous" => Element.CreateAnonymousForCertificateBindingElement(),
        "username" => Element.CreateUserNameForCertificateBindingElement(),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public static Element Session(Element? bootstrap = null)
    {
        bootstrap ??= Bootstrap("mutual");
        var session = Element.CreateSecureConversationBindingElement(bootstrap);
        session.MessageSecurityVersion = bootstrap.MessageSecurityVersion;
        return session;
    }

    public static CustomBinding Text(Element element, MessageVersion? version = null) =>
        new(element, new TextMessageEncodingBindingElement { MessageVersion = version ?? MessageVersion.Soap12WSAddressing10, ReaderQuotas = XmlDictionaryReaderQuotas.Max }, Http());

    public static CustomBinding Binary(Element element) =>
        new(element, new BinaryMessageEncodingBindingElement { ReaderQuotas = XmlDictionaryReaderQuotas.Max }, Http());

    public static HttpTransportBindingElement Http() => new() { MaxReceivedMessageSize = 64 * 1024 * 1024, MaxBufferSize = 64 * 1024 * 1024 };
}
