using SecureConversation.Binding;

namespace SecureConversation.Cli.Decoding;

/// <summary>The settings of a binding that both sides must agree on, one by one.</summary>
internal static class BindingSettings
{
    /// <summary>Names and values. Those of the bootstrap have its name in front.</summary>
    public static IReadOnlyList<(string Setting, string Value)> Of(MessageSecurityBinding binding)
    {
        List<(string, string)> settings =
        [
            ("MessageVersion", binding.MessageVersion.Name),
            ("EstablishSecurityContext", $"{binding.EstablishesSession}"),
            .. Of("", binding.Element),
        ];
        if (binding.SecureConversation is { } session)
        {
            settings.Add(("RequireCancellation", $"{session.RequireCancellation}"));
            settings.Add(("RequireDerivedKeys", $"{session.RequireDerivedKeys}"));
        }

        if (binding.Bootstrap is { } bootstrap)
        {
            settings.AddRange(Of("Bootstrap.", bootstrap));
        }

        settings.Add(("ProtectionLevel", $"{binding.Protection.DefaultProtectionLevel}"));
        settings.AddRange(binding.Protection.Requests.Concat(binding.Protection.Replies)
            .Select(entry => ($"ProtectionLevel of {entry.Action}", $"{entry.ProtectionLevel}")));
        settings.AddRange(binding.Protection.Headers.Select(header =>
            ($"ProtectionLevel of {{{header.Namespace}}}{header.Name}{(header.Action is null ? "" : $" in {header.Action}")}",
                $"{header.ProtectionLevel}")));
        return settings;
    }

    private static IEnumerable<(string, string)> Of(string prefix, SecurityBindingElement element)
    {
        yield return (prefix + "Kind", element.GetType().Name.Replace("SecurityBindingElement", "", StringComparison.Ordinal));
        yield return (prefix + "MessageSecurityVersion", element.MessageSecurityVersion.Name);
        yield return (prefix + "DefaultAlgorithmSuite", element.DefaultAlgorithmSuite.Name);
        yield return (prefix + "MessageProtectionOrder", $"{element.MessageProtectionOrder}");
        yield return (prefix + "SecurityHeaderLayout", $"{element.SecurityHeaderLayout}");
        yield return (prefix + "IncludeTimestamp", $"{element.IncludeTimestamp}");
        yield return (prefix + "RequireSignatureConfirmation", $"{element.RequireSignatureConfirmation}");
        yield return (prefix + "ProtectTokens", $"{element.ProtectTokens}");
        if (prefix.Length == 0)
        {
            yield return ("KeyEntropyMode", $"{element.KeyEntropyMode}");
            yield return ("EnableUnsecuredResponse", $"{element.EnableUnsecuredResponse}");
        }

        var tokens = element switch
        {
            SymmetricSecurityBindingElement { ProtectionTokenParameters: { } token } => [("ProtectionToken", token)],
            AsymmetricSecurityBindingElement { InitiatorTokenParameters: { } client, RecipientTokenParameters: { } service } =>
                new (string, SecurityTokenParameters)[] { ("InitiatorToken", client), ("RecipientToken", service) },
            _ => [],
        };
        foreach (var (name, token) in tokens.Where(t => t.Item2 is not SecureConversationSecurityTokenParameters))
        {
            yield return (prefix + name, Kind(token));
            yield return ($"{prefix}{name}.RequireDerivedKeys", $"{token.RequireDerivedKeys}");
            yield return ($"{prefix}{name}.InclusionMode", $"{token.InclusionMode}");
            if (token is X509SecurityTokenParameters x509)
            {
                yield return ($"{prefix}{name}.X509ReferenceStyle", $"{x509.X509ReferenceStyle}");
            }
        }

        if (element is AsymmetricSecurityBindingElement asymmetric)
        {
            yield return (prefix + "AllowSerializedSigningTokenOnReply", $"{asymmetric.AllowSerializedSigningTokenOnReply}");
        }

        var supporting = element.EndpointSupportingTokenParameters;
        yield return (prefix + "Endorsing", List(supporting.Endorsing.Concat(supporting.EndorsingEncrypted)));
        yield return (prefix + "SignedEndorsing", List(supporting.SignedEndorsing.Concat(supporting.SignedEndorsingEncrypted)));
        yield return (prefix + "SignedEncrypted", List(supporting.SignedEncrypted.Concat(supporting.Encrypted)));
        yield return (prefix + "Signed", List(supporting.Signed));
    }

    private static string List(IEnumerable<SecurityTokenParameters> tokens) =>
        string.Join(", ", tokens.Where(t => t is not SecureConversationSecurityTokenParameters).Select(Kind))
            is { Length: > 0 } list ? list : "none";

    private static string Kind(SecurityTokenParameters token) =>
        token.GetType().Name.Replace("SecurityTokenParameters", "", StringComparison.Ordinal);
}
