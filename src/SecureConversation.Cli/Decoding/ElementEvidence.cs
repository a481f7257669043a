using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Finds one security binding element, of the messages or of the handshake, in the messages that it protects.</summary>
internal sealed class ElementEvidence(IReadOnlyList<WireForm> forms, string prefix, Evidence evidence)
{
    private readonly List<WireForm> _requests = [.. forms.Where(f => f.Message.IsRequest)];
    private readonly List<WireForm> _replies = [.. forms.Where(f => !f.Message.IsRequest)];

    /// <summary>What protects most of the messages.</summary>
    public WireProtection Protection => Most(_requests) ?? Most(_replies) ?? WireProtection.Unknown;

    /// <summary>The element without a session.</summary>
    /// <param name="like">The suite of the other element.</param>
    public SecurityBindingElement Decide(SecurityAlgorithmSuite? like)
    {
        var kind = Protection;
        evidence.Note(prefix + "Kind", KindName(kind), forms.Count == 0 ? "no message shows it"
            : kind == WireProtection.Unknown ? "no key opens a signature of these messages" : $"message {forms[0].Message.Number} shows it",
            isSeen: kind != WireProtection.Unknown);
        SecurityBindingElement element = kind switch
        {
            WireProtection.Transport => new TransportSecurityBindingElement { AllowInsecureTransport = true },
            WireProtection.Asymmetric => Asymmetric(),
            WireProtection.UserName => new SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters = new UserNameSecurityTokenParameters
                {
                    PasswordType = UserNamePasswordType.None,
                    RequireDerivedKeys = Derives(),
                },
            },
            WireProtection.IssuedToken => new SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters = new IssuedSecurityTokenParameters { RequireDerivedKeys = Derives() },
            },
            _ => new SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters = new X509SecurityTokenParameters
                {
                    InclusionMode = SecurityTokenInclusionMode.Never,
                    X509ReferenceStyle = evidence.Decide(prefix + "X509ReferenceStyle", StylesOfEncryption(_requests),
                        X509ReferenceStyle.Thumbprint),
                    RequireDerivedKeys = Derives(),
                },
            },
        };
        return Common(element with
        { EndpointSupportingTokenParameters = new SupportingEvidence(_requests, prefix, evidence).Decide(element) },
            like);
    }

    /// <summary>What an element has whatever protects its messages.</summary>
    public SecurityBindingElement Common(SecurityBindingElement element, SecurityAlgorithmSuite? like)
    {
        var suite = SuiteEvidence.Decide(prefix + "DefaultAlgorithmSuite", forms, like, evidence);
        var timestamp = evidence.Decide(prefix + "IncludeTimestamp", forms.Select(f => (f.Message.Number, f.HasTimestamp)), true);
        var profile = element is SymmetricSecurityBindingElement ? Profile(suite) : MessageProtectionProfile.Wcf;
        // The other profiles have an order of their own.
        var order = element is TransportSecurityBindingElement || profile != MessageProtectionProfile.Wcf
            ? element.MessageProtectionOrder : Order();
        evidence.Note(prefix + "SecurityHeaderLayout", nameof(SecurityHeaderLayout.Strict),
            "the strictest one; a layout that allows more shows in a message that needs it only", isSeen: false);
        var confirms = element is not TransportSecurityBindingElement && Confirms();
        return element with
        {
            DefaultAlgorithmSuite = suite,
            IncludeTimestamp = timestamp,
            MessageProtectionOrder = order,
            MessageProtectionProfile = profile,
            RequireSignatureConfirmation = confirms,
            SecurityHeaderLayout = SecurityHeaderLayout.Strict,
            ProtectTokens = element is not TransportSecurityBindingElement && ProtectsTokens(),
            LocalServiceSettings = element.LocalServiceSettings
                with
            { DetectReplays = timestamp && element.LocalServiceSettings.DetectReplays },
            LocalClientSettings = element.LocalClientSettings
                with
            { DetectReplays = timestamp && element.LocalClientSettings.DetectReplays },
        };
    }

    /// <summary>Whether messages show a feature that WS-Security 1.0 has not.</summary>
    public int? FirstOf11 => forms.FirstOrDefault(f => f.Message.Header!.DescendantsAndSelf()
        .Any(e => e.Name.Namespace == WireNames.Wsse11
            || e.Attribute("ValueType")?.Value is Uris.ThumbprintSha1 or Uris.EncryptedKeySha1 or Uris.EncryptedKey
            || e.Attribute(WireNames.Wsse11 + "TokenType") is not null))?.Message.Number;

    /// <summary>Whether references have the attributes of the Basic Security Profile; null where there is no reference.</summary>
    public (int Message, bool Value)? Bsp => forms.SelectMany(f => f.Items.SelectMany(i => i.DescendantsAndSelf())
            .Where(e => e.Name == WireNames.KeyIdentifier || e.Name == WireNames.BinarySecurityToken)
            .Select(e => ((int, bool)?)(f.Message.Number, e.Attribute("EncodingType") is not null)))
        .FirstOrDefault();

    /// <summary>The namespaces of WS-SecureConversation in headers, each with a message that has it.</summary>
    public IEnumerable<(int Message, SecureConversationVersion Value)> Versions => forms.SelectMany(f => f.Items
        .Where(i => WireNames.IsDerivedKey(i) || WireNames.IsContextToken(i))
        .Select(i => (f.Message.Number, i.Name.NamespaceName == Ns.Sc13
            ? SecureConversationVersion.V13 : SecureConversationVersion.February2005)));

    public bool Derives() => evidence.Decide(prefix + "RequireDerivedKeys",
        forms.Where(f => f.Primary is not null || f.Message.Encryptions.Exists(e => e.IsDerived is not null)).Select(f => (f.Message.Number,
            f.Primary is { IsAsymmetric: false } primary ? f.FindItem(primary.TokenId) is { } token && WireNames.IsDerivedKey(token)
                : f.Message.Encryptions.Exists(e => e.IsDerived == true))),
        otherwise: true);

    private AsymmetricSecurityBindingElement Asymmetric()
    {
        var client = evidence.Decide(prefix + "InitiatorTokenParameters.InclusionMode", _requests.Where(f => f.Primary is not null)
            .Select(f => (f.Message.Number,
                SendsToken(f) ? SecurityTokenInclusionMode.AlwaysToRecipient : SecurityTokenInclusionMode.Never)),
            SecurityTokenInclusionMode.AlwaysToRecipient);
        var reply = evidence.Decide(prefix + "AllowSerializedSigningTokenOnReply",
            _replies.Where(f => f.Primary is not null).Select(f => (f.Message.Number, SendsToken(f))), false);
        var own = evidence.Decide(prefix + "RecipientTokenParameters.InclusionMode", _requests.Where(f => f.EncryptedKey is not null)
            .Select(f => (f.Message.Number, f.FindItem(WireSignature.LocalReference(f.EncryptedKey!.Element(WireNames.KeyInfo))) is not null
                ? SecurityTokenInclusionMode.AlwaysToRecipient
                : reply ? SecurityTokenInclusionMode.AlwaysToInitiator : SecurityTokenInclusionMode.Never)),
                    SecurityTokenInclusionMode.Never);
        var clientStyle = evidence.Decide(prefix + "InitiatorTokenParameters.X509ReferenceStyle",
            StylesOfEncryption(_replies).Concat(StylesOfSignature(_requests)), X509ReferenceStyle.Any);
        var serviceStyle = evidence.Decide(prefix + "RecipientTokenParameters.X509ReferenceStyle",
            StylesOfEncryption(_requests).Concat(StylesOfSignature(_replies)), X509ReferenceStyle.Any);
        return new AsymmetricSecurityBindingElement
        {
            InitiatorTokenParameters = new X509SecurityTokenParameters
            {
                InclusionMode = client,
                X509ReferenceStyle = clientStyle,
                RequireDerivedKeys = DerivesEncryption("InitiatorTokenParameters", _replies),
            },
            RecipientTokenParameters = new X509SecurityTokenParameters
            {
                InclusionMode = own,
                X509ReferenceStyle = serviceStyle,
                RequireDerivedKeys = DerivesEncryption("RecipientTokenParameters", _requests),
            },
            AllowSerializedSigningTokenOnReply = reply,
        };
    }

    private bool DerivesEncryption(string token, List<WireForm> some) => evidence.Decide($"{prefix}{token}.RequireDerivedKeys",
        some.Where(f => f.Message.Encryptions.Count > 0).Select(f => (f.Message.Number, f.HasDerivedKeys)), false);

    // The orders of WCF leave out where the keys come from.
    private MessageProtectionProfile Profile(SecurityAlgorithmSuite suite) => evidence.Decide(prefix + "MessageProtectionProfile",
        forms.Where(f => f.Primary is not null && KeyItems(f).Any()).Select(f => (f.Message.Number,
            !KeyItems(f).All(f.Primary!.Covers) ? MessageProtectionProfile.Wcf
                : suite.IsStrong ? MessageProtectionProfile.Strong : MessageProtectionProfile.Bound)), MessageProtectionProfile.Wcf);

    private static IEnumerable<System.Xml.Linq.XElement> KeyItems(WireForm form) =>
        form.Items.Where(i => WireNames.IsDerivedKey(i) || i.Name == WireNames.EncryptedKey);

    private MessageProtectionOrder Order() => evidence.Decide(prefix + "MessageProtectionOrder",
        forms.Where(f => f is { IsSignatureEncrypted: not null, BodyEncryption: not null })
            .Select(f => (f.Message.Number, f.IsSignatureEncrypted!.Value ? MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature
                : IsListedFirst(f) ? MessageProtectionOrder.SignBeforeEncrypt : MessageProtectionOrder.EncryptBeforeSign)),
        MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature);

    // In a header that was made by prepending, what was done last comes first.
    private static bool IsListedFirst(WireForm form)
    {
        var items = form.Items.ToList();
        var list = items.FindIndex(i => i.Name == WireNames.ReferenceList || i.Descendants(WireNames.ReferenceList).Any());
        return list >= 0 && list < items.IndexOf(form.Primary!.Element);
    }

    private bool Confirms() => evidence.Decide(prefix + "RequireSignatureConfirmation",
        _replies.Where(f => f.Primary is not null)
            .Select(f => (f.Message.Number, f.Items.Any(i => i.Name == WireNames.SignatureConfirmation))), false);

    private bool ProtectsTokens() => evidence.Decide(prefix + "ProtectTokens",
        _requests.Where(f => f.Primary is not null && OwnToken(f) is not null)
            .Select(f => (f.Message.Number, f.Primary!.Covers(OwnToken(f)!))), false);

    private static System.Xml.Linq.XElement? OwnToken(WireForm form)
    {
        var token = form.FindItem(form.Primary!.TokenId);
        return token is not null && WireNames.IsDerivedKey(token)
            ? form.FindItem(WireSignature.LocalReference(token.Element(WireNames.Str)))
            : token;
    }

    private static bool SendsToken(WireForm form) =>
        form.FindItem(form.Primary!.TokenId) is { } token && token.Name == WireNames.BinarySecurityToken;

    private static IEnumerable<(int, X509ReferenceStyle)> StylesOfEncryption(IEnumerable<WireForm> some) =>
        some.Where(f => WireForm.StyleOf(f.EncryptedKey?.Element(WireNames.KeyInfo)) is not null)
            .Select(f => (f.Message.Number, WireForm.StyleOf(f.EncryptedKey!.Element(WireNames.KeyInfo))!.Value));

    private static IEnumerable<(int, X509ReferenceStyle)> StylesOfSignature(IEnumerable<WireForm> some) =>
        some.Where(f => f.Primary is not null && WireForm.StyleOf(f.Primary.KeyInfo) is not null)
            .Select(f => (f.Message.Number, WireForm.StyleOf(f.Primary!.KeyInfo)!.Value));

    private static WireProtection? Most(IEnumerable<WireForm> some) => some.Where(f => f.Protection != WireProtection.Unknown)
        .GroupBy(f => f.Protection).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key;

    private static string KindName(WireProtection kind) => kind switch
    {
        WireProtection.Transport => "the transport protects messages",
        WireProtection.Asymmetric => "each side signs with its own certificate",
        WireProtection.SecurityContext => "the key of a session protects messages",
        WireProtection.UserName => "a key made of a password protects messages",
        WireProtection.IssuedToken => "the key of an issued token protects messages",
        _ => "a key that is encrypted for the certificate of the service protects messages",
    };
}
