using SecureConversation.Binding;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Configuration.Printing;

/// <summary>A binding element as an expression of C#: a call of the nearest factory, and what differs from its result.</summary>
internal static class CSharpBinding
{
    /// <summary>The expression. It needs the namespaces SecureConversation.Binding, System.Net.Security and System.</summary>
    public static string Expression(SecurityBindingElement element)
    {
        var draft = NearestFactory.Of(element);
        if (draft.CanRenewSession is not null)
        {
            // No factory takes it.
            return FromNothing(element);
        }

        var made = draft.Create();
        var members = ElementKeys.Form.Members(element, made).ToList();
        if (element.MessageSecurityVersion != made.MessageSecurityVersion || (!draft.TakesVersion && draft.Version is not null))
        {
            members.Insert(0, Version(element));
        }

        var call = Call(draft);
        if (draft.RequireDerivedKeys is { } derives)
        {
            call += $".{nameof(SecurityBindingElement.SetKeyDerivation)}({(derives ? "true" : "false")})";
        }

        if (members.Count == 0)
        {
            return call;
        }

        // Properties of one kind of element need its type, and factories return the common one.
        var needsType = ElementKeys.Form.Keys.Any(key => key.Differs(element, made) && IsOfOneKind(key.Name));
        return CSharpText.Initializer($"{(needsType ? $"({element.GetType().Name})" : "")}{call} with", members, call);
    }

    /// <summary>The call of a factory, without what the draft changes afterwards.</summary>
    public static string Call(BindingDraft draft)
    {
        var version = draft is { TakesVersion: true, Version: { } v } ? Names.SecurityVersion.ToCSharp(v) : "";
        return draft.Mode switch
        {
            AuthenticationMode.MutualCertificate => Factory("MutualCertificate", version),
            AuthenticationMode.MutualCertificateDuplex => Factory("MutualCertificateDuplex", version),
            AuthenticationMode.AnonymousForCertificate => Factory("AnonymousForCertificate"),
            AuthenticationMode.UserNameForCertificate => Factory("UserNameForCertificate"),
            AuthenticationMode.SecureConversation => Factory("SecureConversation", SessionArguments(draft)),
            AuthenticationMode.CertificateOverTransport => Factory("CertificateOverTransport", version),
            AuthenticationMode.UserNameOverTransport => Factory("UserNameOverTransport"),
            AuthenticationMode.IssuedTokenOverTransport => Factory("IssuedTokenOverTransport", TokenForms.Issued.ToCSharp(draft.Issued!)),
            AuthenticationMode.KerberosOverTransport => Factory("KerberosOverTransport"),
            AuthenticationMode.SspiNegotiatedOverTransport => Factory("SspiNegotiationOverTransport", Cancellation(draft)),
            AuthenticationMode.AnonymousForSslNegotiated =>
                Factory("SslNegotiation", Arguments("requireClientCertificate: false", Cancellation(draft))),
            AuthenticationMode.MutualSslNegotiated =>
                Factory("SslNegotiation", Arguments("requireClientCertificate: true", Cancellation(draft))),
            AuthenticationMode.UserNameForSslNegotiated => Factory("UserNameForSsl", Cancellation(draft)),
            AuthenticationMode.SspiNegotiated => Factory("SspiNegotiation", Cancellation(draft)),
            AuthenticationMode.Kerberos => Factory("Kerberos"),
            AuthenticationMode.IssuedToken => Factory("IssuedToken", TokenForms.Issued.ToCSharp(draft.Issued!)),
            AuthenticationMode.IssuedTokenForCertificate => Factory("IssuedTokenForCertificate", TokenForms.Issued.ToCSharp(draft.Issued!)),
            AuthenticationMode.IssuedTokenForSslNegotiated =>
                Factory("IssuedTokenForSsl", Arguments(TokenForms.Issued.ToCSharp(draft.Issued!), Cancellation(draft))),
            _ => throw new InvalidOperationException($"{draft.Mode} has no factory."),
        };
    }

    /// <summary>The empty element of the same kind.</summary>
    public static SecurityBindingElement Nothing(SecurityBindingElement element) => element switch
    {
        SymmetricSecurityBindingElement => new SymmetricSecurityBindingElement(),
        AsymmetricSecurityBindingElement => new AsymmetricSecurityBindingElement(),
        _ => new TransportSecurityBindingElement(),
    };

    private static string FromNothing(SecurityBindingElement element)
    {
        var nothing = Nothing(element);
        var members = ElementKeys.Form.Members(element, nothing).ToList();
        if (element.MessageSecurityVersion != nothing.MessageSecurityVersion)
        {
            members.Insert(0, Version(element));
        }

        return CSharpText.Initializer($"new {element.GetType().Name}", members, $"new {element.GetType().Name}()");
    }

    private static string SessionArguments(BindingDraft draft)
    {
        var bootstrap = Expression(draft.Bootstrap!);
        return draft.BootstrapProtection is { } protection
            ? Arguments(bootstrap, draft.RequireCancellation is false ? "false" : "true", ProtectionForm.Instance.ToCSharp(protection))
            : Arguments(bootstrap, Cancellation(draft));
    }

    private static string Cancellation(BindingDraft draft) =>
        draft.RequireCancellation is { } cancels ? $"requireCancellation: {(cancels ? "true" : "false")}" : "";

    private static string Version(SecurityBindingElement element) =>
        $"{nameof(SecurityBindingElement.MessageSecurityVersion)} = {Names.SecurityVersion.ToCSharp(element.MessageSecurityVersion)}";

    private static string Factory(string name, string arguments = "") =>
        arguments.Contains('\n', StringComparison.Ordinal)
            ? $"{nameof(SecurityBindingElement)}.Create{name}BindingElement(\n{CSharpText.Indented(arguments)})"
            : $"{nameof(SecurityBindingElement)}.Create{name}BindingElement({arguments})";

    private static string Arguments(params IEnumerable<string> arguments)
    {
        var some = arguments.Where(a => a.Length > 0).ToList();
        return string.Join(some.Any(a => a.Contains('\n', StringComparison.Ordinal)) ? ",\n" : ", ", some);
    }

    private static bool IsOfOneKind(string key) => key is nameof(SymmetricSecurityBindingElement.ProtectionTokenParameters)
        or nameof(AsymmetricSecurityBindingElement.InitiatorTokenParameters)
        or nameof(AsymmetricSecurityBindingElement.RecipientTokenParameters)
        or nameof(AsymmetricSecurityBindingElement.AllowSerializedSigningTokenOnReply);
}
