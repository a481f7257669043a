using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration.Printing;

namespace SecureConversation.Configuration.Json;

/// <summary>
/// A binding element: AuthenticationMode names the factory of WCF, some keys are what it is called with, all others change what it made.
/// </summary>
internal sealed class BindingForm : PrintedForm<SecurityBindingElement?>
{
    public const string ModeKey = "AuthenticationMode";
    public const string BootstrapKey = "SecureConversationBootstrap";
    public const string BootstrapProtectionKey = "BootstrapProtectionRequirements";
    public const string CancellationKey = "RequireCancellation";
    public const string CanRenewKey = "CanRenewSession";
    public const string IssuedKey = "IssuedTokenParameters";

    public static BindingForm Instance { get; } = new();

    /// <summary>What the factory is called with.</summary>
    public static ObjectForm<BindingDraft> Start { get; } = new(nameof(BindingDraft), () => new(),
    [
        new Key<BindingDraft, AuthenticationMode?>(ModeKey, "What the binding starts from: WCF's authenticationMode.",
            new OptionalValueForm<AuthenticationMode>(EnumForm.Of<AuthenticationMode>()), d => d.Mode, (d, v) => d with { Mode = v })
        {
            IsRequired = true,
        },
        new Key<BindingDraft, MessageSecurityVersion?>(nameof(SecurityBindingElement.MessageSecurityVersion),
            "The versions of the protocols. Default: WS-Security 1.1 with the versions of February 2005.",
            new OptionalForm<MessageSecurityVersion>(Names.SecurityVersion), d => d.Version, (d, v) => d with { Version = v }),
        new Key<BindingDraft, bool?>(nameof(BindingDraft.RequireDerivedKeys),
            "Whether messages use keys derived from that of the token; SetKeyDerivation of WCF. Default: as the mode has it, mostly true.",
            new OptionalValueForm<bool>(TruthForm.Instance), d => d.RequireDerivedKeys, (d, v) => d with { RequireDerivedKeys = v }),
        new Key<BindingDraft, bool?>(CancellationKey,
            "True: the service keeps the session until the client cancels it. False: the state of the session travels in a cookie.",
            new OptionalValueForm<bool>(TruthForm.Instance), d => d.RequireCancellation, (d, v) => d with { RequireCancellation = v }),
        new Key<BindingDraft, bool?>(CanRenewKey, "Whether the client may renew the key of the session. Default true.",
            new OptionalValueForm<bool>(TruthForm.Instance), d => d.CanRenewSession, (d, v) => d with { CanRenewSession = v }),
        new Key<BindingDraft, SecurityBindingElement?>(BootstrapKey,
            "The security of the handshake of the session. Nothing of it counts for the session itself.",
            new LaterForm<SecurityBindingElement?>(() => Instance), d => d.Bootstrap, (d, v) => d with { Bootstrap = v }),
        new Key<BindingDraft, ChannelProtectionRequirements?>(BootstrapProtectionKey,
            "Protection levels of the handshake. Default: all is signed and encrypted; others are refused.",
            new OptionalForm<ChannelProtectionRequirements>(ProtectionForm.Instance), d => d.BootstrapProtection,
            (d, v) => d with { BootstrapProtection = v }),
        new Key<BindingDraft, IssuedSecurityTokenParameters?>(IssuedKey, "The token of the modes with an issued token.",
            new IssuedForm(), d => d.Issued, (d, v) => d with { Issued = v }),
    ]);

    public override SecurityBindingElement? Read(IConfigurationSection section, SecurityBindingElement? current, Reading reading)
    {
        if (!ObjectForm<BindingDraft>.IsObject(section, reading))
        {
            return current;
        }

        var outer = reading.HasProblems;
        var (draft, rest) = Start.ReadKnown(section, new BindingDraft(), reading);
        if (draft.Mode is null && section.GetSection(ModeKey).Value is null)
        {
            reading.Refuse(section, $"{ModeKey} is missing: expected one of {string.Join(", ", Enum.GetNames<AuthenticationMode>())}.");
        }

        foreach (var (key, problem) in draft.Problems())
        {
            reading.Refuse(key.Length == 0 ? section.Path : ConfigurationPath.Combine(section.Path, key), problem);
        }

        foreach (var child in rest.Where(c => !ElementKeys.Form.Keys.Any(k => Equal(k.Name, c.Key))))
        {
            ObjectForm<BindingDraft>.RefuseUnknown(
                child, [.. Start.Keys.Select(k => k.Name), .. ElementKeys.Form.Keys.Select(k => k.Name)], reading);
        }

        if (draft.Mode is null || draft.Problems().Any() || (reading.HasProblems && !outer && draft.Bootstrap is null && draft.HasSession))
        {
            // No element: the values of the other keys are still read, for what is wrong with them. Which element they suit is not known.
            ReadRest(section, null, reading);
            return current;
        }

        return ReadRest(section, draft.Create(), reading);
    }

    public override JsonObject Schema(JsonObject definitions) =>
        ObjectForm<SecurityBindingElement>.Reference(definitions, nameof(SecurityBindingElement), () =>
        {
            var properties = Start.PropertiesOf(definitions);
            foreach (var (key, schema) in ElementKeys.Form.PropertiesOf(definitions).ToList())
            {
                properties[key] = schema?.DeepClone();
            }

            var closed = ObjectForm<SecurityBindingElement>.Closed(properties, [ModeKey]);
            closed["allOf"] = new JsonArray(
                Needs(BootstrapKey, d => d.HasSession), Needs(IssuedKey, d => d.HasIssuedToken),
                Forbids(d => d.HasCancellation, CancellationKey), Forbids(d => d.HasSession, CanRenewKey, BootstrapProtectionKey));
            return closed;
        });

    public override JsonNode? ToJson(SecurityBindingElement? value, SecurityBindingElement? baseline) =>
        value is null ? null : ToJson(value);

    public static JsonObject ToJson(SecurityBindingElement element)
    {
        var draft = NearestFactory.Of(element);
        var json = Start.ToJsonObject(draft, new BindingDraft());
        foreach (var (key, item) in ElementKeys.Form.ToJsonObject(element, draft.Create()).ToList())
        {
            json[key] = item?.DeepClone();
        }

        return json;
    }

    public override string ToCSharp(SecurityBindingElement? value) => value is null ? "null" : CSharpBinding.Expression(value);

    private static SecurityBindingElement? ReadRest(IConfigurationSection section, SecurityBindingElement? element, Reading reading)
    {
        var children = section.GetChildren().ToDictionary(child => child.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var key in ElementKeys.Form.Keys)
        {
            if (!children.TryGetValue(key.Name, out var child))
            {
                continue;
            }

            if (element is not null)
            {
                element = key.Read(child, element, reading);
            }
            else if (StandIns.FirstOrDefault(e => key.Misplaced(e) is null) is { } standIn)
            {
                key.Read(child, standIn, reading);
            }
        }

        return element;
    }

    private static readonly SecurityBindingElement[] StandIns =
    [
        SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(),
    ];

    private static bool Equal(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Modes that need a key, and no other has it.</summary>
    private static JsonObject Needs(string key, Func<BindingDraft, bool> modes) => new()
    {
        ["if"] = IsOneOf(modes),
        ["then"] = new JsonObject { ["required"] = new JsonArray(key) },
        ["else"] = new JsonObject { ["properties"] = new JsonObject { [key] = false } },
    };

    private static JsonObject Forbids(Func<BindingDraft, bool> allowed, params string[] keys) => new()
    {
        ["if"] = IsOneOf(allowed),
        ["else"] = new JsonObject
        {
            ["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key, false))),
        },
    };

    private static JsonObject IsOneOf(Func<BindingDraft, bool> modes) => new()
    {
        ["properties"] = new JsonObject
        {
            [ModeKey] = new JsonObject
            {
                ["enum"] = new JsonArray([.. Enum.GetValues<AuthenticationMode>()
                    .Where(mode => modes(new BindingDraft { Mode = mode })).Select(mode => (JsonNode)mode.ToString())]),
            },
        },
    };

    /// <summary>The token of an issuer as an argument of a factory: without a key Type.</summary>
    private sealed class IssuedForm : PrintedForm<IssuedSecurityTokenParameters?>
    {
        public override IssuedSecurityTokenParameters? Read(
            IConfigurationSection section, IssuedSecurityTokenParameters? current, Reading reading) =>
            TokenForms.Issued.Read(section, current ?? new(), reading);

        public override JsonObject Schema(JsonObject definitions) => TokenForms.Issued.Schema(definitions);

        public override JsonNode? ToJson(IssuedSecurityTokenParameters? value, IssuedSecurityTokenParameters? baseline) =>
            value is null ? null : TokenForms.Issued.ToJson(value, baseline ?? new());

        public override string ToCSharp(IssuedSecurityTokenParameters? value) => value is null ? "null" : TokenForms.Issued.ToCSharp(value);
    }
}
