using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Building;

/// <summary>
/// Makes binding elements of <c>security</c> and <c>secureConversationBootstrap</c>. As in WCF an attribute is applied only where it is
/// written; otherwise what the factory of the authentication mode set stays.
/// </summary>
internal sealed class SecurityBuilder(TokenBuilder tokens)
{
    private const string BootstrapName = "secureConversationBootstrap";

    private static readonly string[] OfModes = ["requireSecurityContextCancellation", "canRenewSecurityContextToken"];
    private static readonly string[] ChildrenOfModes = [BootstrapName, "issuedTokenParameters"];
    private static readonly string[] TokenHolders =
        ["protectionTokenParameters", "initiatorTokenParameters", "recipientTokenParameters"];

    /// <summary>Makes the element; null where a problem leaves none.</summary>
    public SecurityBindingElement? Build(ConfigNode node)
    {
        if (node.Has("elementType") && node.Has(SecuritySchema.Modes))
        {
            node.Error(
                "elementType and authenticationMode are both written.",
                "Write one of them: elementType is an empty element, authenticationMode what a factory of WCF makes.",
                "elementType");
            return null;
        }

        var element = node.Has("elementType") ? Empty(node) : FromMode(node);
        if (element is null)
        {
            return null;
        }

        element = ApplyAttributes(element, node);
        element = LocalSettingsBuilder.Apply(element, node);
        return ApplyTokens(element, node);
    }

    private static SecurityBindingElement Empty(ConfigNode node)
    {
        foreach (var name in OfModes.Where(node.Has))
        {
            node.Error(
                "The attribute goes with authenticationMode.",
                "With elementType write requireCancellation or canRenewSession on the token.",
                name);
        }

        foreach (var child in ChildrenOfModes.Where(name => node.Child(name) is not null))
        {
            node.Error($"<{child}> goes with authenticationMode.", "With elementType write it inside of a token.");
        }

        return node.Text("elementType") switch
        {
            "Symmetric" => new SymmetricSecurityBindingElement(),
            "Asymmetric" => new AsymmetricSecurityBindingElement(),
            _ => new TransportSecurityBindingElement(),
        };
    }

    private SecurityBindingElement? FromMode(ConfigNode node)
    {
        var mode = node.Text(SecuritySchema.Modes);
        NoteUnusedChildren(node, mode);
        if (mode == SecuritySchema.SecureConversationMode)
        {
            return SecureConversation(node);
        }

        try
        {
            return Factory(node, mode);
        }
        catch (ArgumentException)
        {
            node.Error(
                "A token that protects messages has a symmetric key.",
                "Write keyType=\"SymmetricKey\", or the mode IssuedTokenForCertificate.",
                SecuritySchema.Modes,
                mode);
            return null;
        }
    }

    private SecurityBindingElement? SecureConversation(ConfigNode node)
    {
        if (node.Name == BootstrapName)
        {
            node.Error(
                "The handshake of a session cannot be in a session itself.",
                "Write the mode of the credentials, as MutualCertificate.",
                SecuritySchema.Modes,
                SecuritySchema.SecureConversationMode);
            return null;
        }

        // Without the element WCF takes an empty one, whose mode is SspiNegotiated.
        return Build(node.ChildOrDefault(BootstrapName)) is { } bootstrap
            ? SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, node.Flag("requireSecurityContextCancellation"))
            : null;
    }

    private SecurityBindingElement Factory(ConfigNode node, string mode)
    {
        var version = node.Get<MessageSecurityVersion>("messageSecurityVersion");
        var cancellation = node.Flag("requireSecurityContextCancellation");
        return mode switch
        {
            "AnonymousForCertificate" => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
            "AnonymousForSslNegotiated" => SecurityBindingElement.CreateSslNegotiationBindingElement(false, cancellation),
            "CertificateOverTransport" => SecurityBindingElement.CreateCertificateOverTransportBindingElement(version),
            "IssuedToken" => SecurityBindingElement.CreateIssuedTokenBindingElement(Issued(node)),
            "IssuedTokenForCertificate" => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(Issued(node)),
            "IssuedTokenForSslNegotiated" => SecurityBindingElement.CreateIssuedTokenForSslBindingElement(Issued(node), cancellation),
            "IssuedTokenOverTransport" => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(Issued(node)),
            "Kerberos" => SecurityBindingElement.CreateKerberosBindingElement(),
            "KerberosOverTransport" => SecurityBindingElement.CreateKerberosOverTransportBindingElement(),
            "MutualCertificate" => SecurityBindingElement.CreateMutualCertificateBindingElement(version),
            "MutualCertificateDuplex" => SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version),
            "MutualSslNegotiated" => SecurityBindingElement.CreateSslNegotiationBindingElement(true, cancellation),
            "SspiNegotiated" => SecurityBindingElement.CreateSspiNegotiationBindingElement(cancellation),
            "SspiNegotiatedOverTransport" => SecurityBindingElement.CreateSspiNegotiationOverTransportBindingElement(cancellation),
            "UserNameForCertificate" => SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
            "UserNameForSslNegotiated" => SecurityBindingElement.CreateUserNameForSslBindingElement(cancellation),
            _ => SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
        };
    }

    private IssuedSecurityTokenParameters Issued(ConfigNode node) => tokens.Issued(node.ChildOrDefault("issuedTokenParameters"));

    private static void NoteUnusedChildren(ConfigNode node, string mode)
    {
        foreach (var (name, isUsed) in new[]
        {
            (BootstrapName, mode == SecuritySchema.SecureConversationMode),
            ("issuedTokenParameters", mode.StartsWith("IssuedToken", StringComparison.Ordinal)),
        })
        {
            // Generated files have these elements empty.
            if (!isUsed && node.Child(name) is { SaysSomething: true } child)
            {
                child.Report(
                    ConfigurationProblemSeverity.Note,
                    child.Location,
                    attribute: null,
                    found: null,
                    $"The element has no effect where authenticationMode is {mode}.",
                    "Remove it, or leave it: WCF ignores it too.");
            }
        }

        if (mode != SecuritySchema.SecureConversationMode)
        {
            node.NoteWithoutEffect("Only sessions are renewed.", "canRenewSecurityContextToken");
            if (!mode.Contains("Negotiated", StringComparison.Ordinal))
            {
                node.NoteWithoutEffect("Only sessions and negotiated contexts are cancelled.", "requireSecurityContextCancellation");
            }
        }
    }

    private static SecurityBindingElement ApplyAttributes(SecurityBindingElement element, ConfigNode node)
    {
        element = element with
        {
            DefaultAlgorithmSuite = node.Or("defaultAlgorithmSuite", element.DefaultAlgorithmSuite),
            IncludeTimestamp = node.Or("includeTimestamp", element.IncludeTimestamp),
            MessageSecurityVersion = node.Or("messageSecurityVersion", element.MessageSecurityVersion),
            KeyEntropyMode = node.Or("keyEntropyMode", element.KeyEntropyMode),
            SecurityHeaderLayout = node.Or("securityHeaderLayout", element.SecurityHeaderLayout),
            AllowInsecureTransport = node.Or("allowInsecureTransport", element.AllowInsecureTransport),
            EnableUnsecuredResponse = node.Or("enableUnsecuredResponse", element.EnableUnsecuredResponse),
            ProtectTokens = node.Or("protectTokens", element.ProtectTokens),
            MessageProtectionProfile = node.Or("messageProtectionProfile", element.MessageProtectionProfile),
            SignPrefixesInValues = node.Or("signPrefixesInValues", element.SignPrefixesInValues),
        };
        if (node.Has("requireDerivedKeys"))
        {
            element = element.SetKeyDerivation(node.Flag("requireDerivedKeys"));
        }

        return ApplyOfKind(element, node);
    }

    // WCF has some settings on some elements only.
    private static SecurityBindingElement ApplyOfKind(SecurityBindingElement element, ConfigNode node)
    {
        if (element is TransportSecurityBindingElement)
        {
            node.NoteWithoutEffect(
                "The transport protects messages, so none are signed and encrypted in an order.",
                "messageProtectionOrder",
                "requireSignatureConfirmation");
        }
        else
        {
            element = element with
            {
                MessageProtectionOrder = node.Or("messageProtectionOrder", element.MessageProtectionOrder),
                RequireSignatureConfirmation = node.Or("requireSignatureConfirmation", element.RequireSignatureConfirmation),
            };
        }

        if (element is AsymmetricSecurityBindingElement asymmetric)
        {
            element = asymmetric with
            {
                AllowSerializedSigningTokenOnReply =
                    node.Or("allowSerializedSigningTokenOnReply", asymmetric.AllowSerializedSigningTokenOnReply),
            };
        }
        else
        {
            node.NoteWithoutEffect("Only an asymmetric element signs replies with a certificate.", "allowSerializedSigningTokenOnReply");
        }

        return node.Has("elementType") ? element : CanRenew(element, node.Flag("canRenewSecurityContextToken"));
    }

    private static SecurityBindingElement CanRenew(SecurityBindingElement element, bool canRenew) => element switch
    {
        SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters session } symmetric =>
            symmetric with { ProtectionTokenParameters = session with { CanRenewSession = canRenew } },
        TransportSecurityBindingElement
        {
            EndpointSupportingTokenParameters: { Endorsing: [SecureConversationSecurityTokenParameters session] } supporting,
        } transport => transport with
        {
            EndpointSupportingTokenParameters = supporting with { Endorsing = [session with { CanRenewSession = canRenew }] },
        },
        _ => element,
    };

    private SecurityBindingElement ApplyTokens(SecurityBindingElement element, ConfigNode node)
    {
        if (node.Child("endpointSupportingTokenParameters") is { } supporting)
        {
            element = element with { EndpointSupportingTokenParameters = tokens.Supporting(supporting, Build) };
        }

        if (node.Child("optionalEndpointSupportingTokenParameters") is { } optional)
        {
            element = element with { OptionalEndpointSupportingTokenParameters = tokens.Supporting(optional, Build) };
        }

        if (node.Child("operationSupportingTokenParameters") is { } operations)
        {
            element = element with { OperationSupportingTokenParameters = tokens.Operations(operations, Build) };
        }

        if (node.Child("optionalOperationSupportingTokenParameters") is { } optionalOperations)
        {
            element = element with { OptionalOperationSupportingTokenParameters = tokens.Operations(optionalOperations, Build) };
        }

        element = element switch
        {
            SymmetricSecurityBindingElement symmetric when node.Child("protectionTokenParameters") is { } protection =>
                symmetric with { ProtectionTokenParameters = tokens.Only(protection, Build) },
            AsymmetricSecurityBindingElement asymmetric => asymmetric with
            {
                InitiatorTokenParameters = node.Child("initiatorTokenParameters") is { } initiator
                    ? tokens.Only(initiator, Build)
                    : asymmetric.InitiatorTokenParameters,
                RecipientTokenParameters = node.Child("recipientTokenParameters") is { } recipient
                    ? tokens.Only(recipient, Build)
                    : asymmetric.RecipientTokenParameters,
            },
            _ => element,
        };
        RefuseOtherTokens(element, node);
        return element;
    }

    private static void RefuseOtherTokens(SecurityBindingElement element, ConfigNode node)
    {
        var (kind, own) = element switch
        {
            SymmetricSecurityBindingElement => ("symmetric", new[] { "protectionTokenParameters" }),
            AsymmetricSecurityBindingElement => ("asymmetric", ["initiatorTokenParameters", "recipientTokenParameters"]),
            _ => ("transport", []),
        };
        foreach (var name in TokenHolders.Except(own))
        {
            node.Child(name)?.Error($"A {kind} element has no such token.", "Remove it, or write another elementType.");
        }
    }
}
