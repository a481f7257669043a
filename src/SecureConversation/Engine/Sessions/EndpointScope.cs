using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// What tells the sessions of one endpoint from those of others that use the same store. It is the same for all instances of a service and
/// after a restart: the name that the host gives, and a hash over what decides who may open a session and how messages are protected.
/// Settings of one side are not in it, nor are levels of protection by action, so that instances may differ in them during an update.
/// </summary>
internal static class EndpointScope
{
    /// <param name="name">The name that the host gives to the endpoint.</param>
    /// <param name="binding">The binding of the endpoint.</param>
    /// <param name="thumbprint">The SHA-256 thumbprint of the certificate of the service; another word where messages need none.</param>
    public static string Of(string name, MessageSecurityBinding binding, string thumbprint)
    {
        var text = new StringBuilder();
        Add(text, name, thumbprint, binding.MessageVersion.Name);
        AddElement(text, binding.Element);
        return $"{name}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";
    }

    private static void AddElement(StringBuilder text, SecurityBindingElement element)
    {
        var version = element.MessageSecurityVersion;
        Add(text, element.GetType().Name, $"{version}", element.DefaultAlgorithmSuite.Name, $"{element.SecurityHeaderLayout}",
            $"{element.IncludeTimestamp}", $"{element.KeyEntropyMode}", $"{element.MessageProtectionOrder}",
            $"{element.MessageProtectionProfile}", $"{element.RequireSignatureConfirmation}", $"{element.ProtectTokens}",
            $"{element.EnableUnsecuredResponse}");
        var supporting = element.EndpointSupportingTokenParameters;
        AddTokens(text, supporting.Endorsing);
        AddTokens(text, supporting.Signed);
        AddTokens(text, supporting.SignedEncrypted);
        AddTokens(text, supporting.SignedEndorsing);
        AddFurtherTokens(text, element);
        if (element is SymmetricSecurityBindingElement symmetric)
        {
            AddToken(text, symmetric.ProtectionTokenParameters);
        }
        else if (element is AsymmetricSecurityBindingElement asymmetric)
        {
            AddToken(text, asymmetric.InitiatorTokenParameters);
            AddToken(text, asymmetric.RecipientTokenParameters);
            Add(text, $"{asymmetric.AllowSerializedSigningTokenOnReply}");
        }
    }

    /// <summary>What most elements do not have adds nothing, so that their sessions go on when the library is renewed.</summary>
    private static void AddFurtherTokens(StringBuilder text, SecurityBindingElement element)
    {
        var endpoint = element.EndpointSupportingTokenParameters;
        AddNamed(text, "encrypted", new()
        {
            SignedEncrypted = endpoint.Encrypted,
            Endorsing = endpoint.EndorsingEncrypted,
            SignedEndorsing = endpoint.SignedEndorsingEncrypted,
        });
        AddNamed(text, "optional", element.OptionalEndpointSupportingTokenParameters);
        foreach (var (action, tokens) in element.OperationSupportingTokenParameters)
        {
            AddNamed(text, $"of {action}", tokens);
        }

        foreach (var (action, tokens) in element.OptionalOperationSupportingTokenParameters)
        {
            AddNamed(text, $"optional of {action}", tokens);
        }
    }

    private static void AddNamed(StringBuilder text, string name, SupportingTokenParameters tokens)
    {
        if (tokens.IsEmpty)
        {
            return;
        }

        Add(text, name);
        foreach (var list in new[]
        {
            tokens.Endorsing, tokens.Signed, tokens.SignedEncrypted, tokens.SignedEndorsing, tokens.Encrypted,
            tokens.EndorsingEncrypted, tokens.SignedEndorsingEncrypted,
        })
        {
            AddTokens(text, list);
        }
    }

    private static void AddTokens(StringBuilder text, ImmutableArray<SecurityTokenParameters> tokens)
    {
        Add(text, tokens.Length.ToString(CultureInfo.InvariantCulture));
        foreach (var token in tokens)
        {
            AddToken(text, token);
        }
    }

    private static void AddToken(StringBuilder text, SecurityTokenParameters? token)
    {
        if (token is null)
        {
            Add(text, "none");
            return;
        }

        Add(text, token.GetType().Name, $"{token.InclusionMode}", $"{token.RequireDerivedKeys}", $"{token.ReferenceStyle}");
        if (token is X509SecurityTokenParameters x509)
        {
            Add(text, $"{x509.X509ReferenceStyle}");
        }
        else if (token is UserNameSecurityTokenParameters userName
            && (userName.PasswordType != UserNamePasswordType.Text || userName.IncludeNonce || userName.IncludeCreated))
        {
            Add(text, $"{userName.PasswordType}", $"{userName.IncludeNonce}", $"{userName.IncludeCreated}");
        }
        else if (token is SslSecurityTokenParameters tls)
        {
            Add(text, $"{tls.RequireClientCertificate}", $"{tls.RequireCancellation}");
        }
        else if (token is SspiSecurityTokenParameters sspi)
        {
            Add(text, $"{sspi.RequireCancellation}");
        }
        else if (token is SecureConversationSecurityTokenParameters session)
        {
            Add(text, $"{session.RequireCancellation}");
            if (session.BootstrapSecurityBindingElement is { } bootstrap)
            {
                AddElement(text, bootstrap);
            }
        }
    }

    // The lengths keep two lists of values from having one text.
    private static void Add(StringBuilder text, params ReadOnlySpan<string> values)
    {
        foreach (var value in values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{value.Length}:{value};");
        }
    }
}
