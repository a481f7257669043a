using SecureConversation.Binding;
using SecureConversation.Cli.Reports;
using SecureConversation.Configuration;

namespace SecureConversation.Cli.Decoding;

/// <summary>Says what a binding is.</summary>
internal static class BindingReporter
{
    public static BindingReport Of(MessageSecurityBinding binding, IReadOnlyList<Assumption> assumptions, bool isGiven) => new()
    {
        Summary = Summary(binding),
        IsGiven = isGiven,
        Assumptions = assumptions,
        CSharp = CSharp(binding),
    };

    /// <summary>The binding in a line.</summary>
    public static string Summary(MessageSecurityBinding binding)
    {
        var element = binding.Bootstrap ?? binding.Element;
        var session = binding.SecureConversation is { } token
            ? $"sessions ({(token.RequireCancellation ? "cancelled" : "cookies")}), opened by " : "";
        return $"{session}{Kind(element)}; {binding.Element.DefaultAlgorithmSuite}; {binding.Element.MessageProtectionOrder}; "
            + $"{binding.MessageVersion}; {binding.Element.MessageSecurityVersion}";
    }

    private static string Kind(SecurityBindingElement element)
    {
        var tokens = element.EndpointSupportingTokenParameters;
        var client = tokens.All.Any(t => t is UserNameSecurityTokenParameters) ? "a user name"
            : tokens.All.Any(t => t is X509SecurityTokenParameters) ? "a certificate"
            : tokens.All.Any(t => t is IssuedSecurityTokenParameters) ? "an issued token"
            : tokens.IsEmpty ? "nobody in particular" : "tokens";
        return element switch
        {
            AsymmetricSecurityBindingElement => "certificates of both sides (asymmetric)",
            TransportSecurityBindingElement => $"{client} over a protected transport",
            SymmetricSecurityBindingElement { ProtectionTokenParameters: X509SecurityTokenParameters } =>
                $"{client} for the certificate of the service (symmetric)",
            _ => $"{client}",
        };
    }

    private static string CSharp(MessageSecurityBinding binding)
    {
        try
        {
            return BindingText.ToCSharp(binding.Element, binding.MessageVersion, binding.Protection);
        }
        catch (ArgumentException e)
        {
            return $"// C# cannot say it: {Plain.Text(e.Message)}\n";
        }
    }
}
