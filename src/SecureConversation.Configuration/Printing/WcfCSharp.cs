using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Configuration.Printing;

/// <summary>
/// A binding as statements for the stacks of WCF: the static methods of MessageSecurityBindingElement and assignments to its properties.
/// What they cannot say is said by an expression of the engine, whose namespace has the alias Engine.
/// </summary>
internal static class WcfCSharp
{
    /// <summary>The alias that the namespace of the engine needs where an expression of the engine is in the text.</summary>
    public const string EngineUsing = "using Engine = SecureConversation.Binding;";

    public static string Statements(SecurityBindingElement element, MessageVersion version, bool isHttps)
    {
        var text = new StringBuilder();
        Element(text, "security", element);
        var soap = version.Soap == SoapVersion.Soap12 ? "Soap12" : "Soap11";
        var addressing = version.Addressing == AddressingVersion.None ? "" : $"{version.Addressing}";
        var encoding = version == MessageVersion.Default ? "new TextMessageEncodingBindingElement()"
            : $"new TextMessageEncodingBindingElement {{ MessageVersion = MessageVersion.{Named(soap, addressing)} }}";
        text.Append("var binding = new CustomBinding(\n    security,\n    ").Append(encoding).Append(",\n    new ")
            .Append(isHttps ? "HttpsTransportBindingElement" : "HttpTransportBindingElement").Append("());\n");
        return text.ToString();
    }

    private static string Named(string soap, string addressing) => addressing.Length == 0 ? soap : $"{soap}{addressing}";

    private static void Element(StringBuilder text, string variable, SecurityBindingElement element)
    {
        var draft = NearestFactory.Of(element);
        if (!IsOffered(draft) || Assignments(element, draft.Create()) is not { } assignments)
        {
            text.Append("var ").Append(variable).Append(" = new MessageSecurityBindingElement(\n    ")
                .Append(Qualified(CSharpBinding.Expression(element)).Replace("\n", "\n    ", StringComparison.Ordinal)).Append(");\n");
            return;
        }

        if (draft.Bootstrap is { } bootstrap)
        {
            Element(text, "bootstrap", bootstrap);
        }

        text.Append("var ").Append(variable).Append(" = MessageSecurityBindingElement.").Append(Call(draft)).Append(";\n");
        if (draft.RequireDerivedKeys is { } derives)
        {
            text.Append(variable).Append(".SetKeyDerivation(").Append(derives ? "true" : "false").Append(");\n");
        }

        if (draft.CanRenewSession is { } renews)
        {
            text.Append(variable).Append(".CanRenewSession = ").Append(renews ? "true" : "false").Append(";\n");
        }

        if (!draft.TakesVersion && draft.Version is { } version)
        {
            text.Append(variable).Append(".MessageSecurityVersion = ").Append(Names.SecurityVersion.ToCSharp(version)).Append(";\n");
        }

        foreach (var assignment in assignments)
        {
            text.Append(variable).Append('.').Append(assignment).Append(";\n");
        }
    }

    // The adapters have the methods of what is offered, and take protection requirements of the engine.
    private static bool IsOffered(BindingDraft draft) => draft is { BootstrapProtection: null } and
    {
        Mode: AuthenticationMode.MutualCertificate or AuthenticationMode.MutualCertificateDuplex
            or AuthenticationMode.AnonymousForCertificate or AuthenticationMode.UserNameForCertificate
            or AuthenticationMode.SecureConversation,
    };

    private static string Call(BindingDraft draft) => draft.HasSession
        ? $"CreateSecureConversationBindingElement(bootstrap{(draft.RequireCancellation is false ? ", requireCancellation: false" : "")})"
        : CSharpBinding.Call(draft)[$"{nameof(SecurityBindingElement)}.".Length..];

    /// <summary>Assignments to properties of the adapters; null when a difference has none.</summary>
    private static List<string>? Assignments(SecurityBindingElement element, SecurityBindingElement made)
    {
        var differing = ElementKeys.Form.Keys.Where(key => key.Differs(element, made)).ToList();
        if (differing.Any(key => !Properties.Contains(key.Name)))
        {
            return null;
        }

        var assignments = differing.ConvertAll(key => key.ToCSharp(element));
        if (element.MessageSecurityVersion != made.MessageSecurityVersion)
        {
            assignments.Insert(0, $"MessageSecurityVersion = {Names.SecurityVersion.ToCSharp(element.MessageSecurityVersion)}");
        }

        return assignments;
    }

    // Names of the engine would be taken for those of WCF, which are the same.
    private static string Qualified(string expression)
    {
        // Literals are left as they are, and so are names of properties, which an equals sign follows.
        return TypeOrLiteral.Replace(expression, match => match.Value[0] == '"' ? match.Value : $"Engine.{match.Value}");
    }

    private static readonly string[] EngineTypes =
    [
        .. new[]
        {
            nameof(SecurityBindingElement), nameof(SymmetricSecurityBindingElement), nameof(AsymmetricSecurityBindingElement),
            nameof(TransportSecurityBindingElement), nameof(MessageSecurityVersion), nameof(SecurityAlgorithmSuite),
            nameof(SecurityHeaderLayout), nameof(SecurityKeyEntropyMode), nameof(MessageProtectionOrder), nameof(MessageProtectionProfile),
            nameof(SecurityTokenInclusionMode),
            nameof(SecurityTokenReferenceStyle), nameof(X509ReferenceStyle), nameof(SecurityKeyType), nameof(ClaimTypeRequirement),
            nameof(SupportingTokenParameters), nameof(LocalClientSecuritySettings), nameof(LocalServiceSecuritySettings),
            nameof(ChannelProtectionRequirements), nameof(MessageDirection),
        },
        .. TokenForms.Kinds.Select(kind => kind.TypeName),
    ];

    private static Regex TypeOrLiteral { get; } = new(
        $"""
        "(?:[^"\\]|\\.)*"|(?<![\w.])(?:{string.Join('|', EngineTypes)})\b(?!\s*=)
        """.Trim(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private static readonly HashSet<string> Properties =
    [
        nameof(SecurityBindingElement.DefaultAlgorithmSuite), nameof(SecurityBindingElement.SecurityHeaderLayout),
        nameof(SecurityBindingElement.IncludeTimestamp), nameof(SecurityBindingElement.KeyEntropyMode),
        nameof(SecurityBindingElement.MessageProtectionOrder), nameof(SecurityBindingElement.RequireSignatureConfirmation),
        nameof(SecurityBindingElement.ProtectTokens), nameof(SecurityBindingElement.EnableUnsecuredResponse),
        nameof(AsymmetricSecurityBindingElement.AllowSerializedSigningTokenOnReply),
    ];
}
