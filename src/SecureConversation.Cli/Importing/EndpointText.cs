using SecureConversation.Configuration;
using SecureConversation.Policy;

namespace SecureConversation.Cli.Importing;

/// <summary>An endpoint as text for the program or file that is to use it.</summary>
internal static class EndpointText
{
    /// <summary>The text, with a line end.</summary>
    /// <exception cref="ArgumentException">The form cannot say the binding; the message names what.</exception>
    public static string Of(ImportedEndpoint endpoint, BindingForm form)
    {
        var (element, version, protection) = (endpoint.Element!, endpoint.Chosen.MessageVersion, endpoint.Chosen.Protection);
        var isHttps = endpoint.Address?.Scheme == Uri.UriSchemeHttps;
        var text = form switch
        {
            BindingForm.Xml => BindingText.ToXml(element, version, endpoint.Name, isHttps),
            BindingForm.Json => BindingText.ToJson(element, version, protection),
            BindingForm.Wcf => Comment(endpoint) + BindingText.ToWcfCSharp(element, version, isHttps),
            _ => Comment(endpoint) + BindingText.ToCSharp(element, version, protection),
        };
        return text.TrimEnd('\n') + "\n";
    }

    // On single lines: what a WSDL says must not end a comment.
    private static string Comment(ImportedEndpoint endpoint)
    {
        var address = endpoint.Address is null ? "no address" : Plain.Text(endpoint.Address.ToString());
        var identity = endpoint.Identity is null ? "" : $"// Identity: {Plain.Text(EndpointWords.Identity(endpoint))}\n";
        return $"// Port {Plain.Text(endpoint.Name)}: {address}\n{identity}";
    }
}
