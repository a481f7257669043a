using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The items of a security header that matter before decryption, in named slots: exactly what this kind of message may
/// hold. Matching fills every slot or fails.
/// </summary>
internal sealed class MessageShape
{
    private MessageShape(SecurityHeader header, EncryptedKey? encryptedKey, SecurityContextToken? contextToken,
        List<(XmlId Id, DerivedKeyToken Token)> derivedKeys, List<XmlId> references)
    {
        Header = header;
        EncryptedKey = encryptedKey;
        ContextToken = contextToken;
        DerivedKeys = derivedKeys;
        References = references;
    }

    public SecurityHeader Header { get; }

    /// <summary>The wrapped key of this message; null in sessions and in replies of a symmetric binding.</summary>
    public EncryptedKey? EncryptedKey { get; }

    /// <summary>The context element; null where the sender refers to the context by its URI.</summary>
    public SecurityContextToken? ContextToken { get; }

    public List<(XmlId Id, DerivedKeyToken Token)> DerivedKeys { get; }

    /// <summary>Ids of everything encrypted; empty when nothing is.</summary>
    public List<XmlId> References { get; }

    public static MessageShape Match(SecurityHeader header, MessageRequirements requirements)
    {
        var encryptedKey = header.Single(SecurityItemKind.EncryptedKey) is { } wrapped
            ? EncryptedKey.Read(wrapped.Element, requirements.Protocol)
            : null;
        var contextToken = header.Single(SecurityItemKind.SecurityContextToken) is { } context
            ? SecurityContextToken.Read(context.Element, requirements.Protocol)
            : null;
        RequireTokens(requirements, encryptedKey, contextToken);

        if (requirements.Timestamp && header.Single(SecurityItemKind.Timestamp) is null)
        {
            Fail.With(FailureCode.TimestampMissing);
        }

        var shape = new MessageShape(header, encryptedKey, contextToken, ReadDerivedKeys(header, requirements), ReadReferences(header, encryptedKey));
        HeaderLayout.Require(shape, requirements);
        return shape;
    }

    private static void RequireTokens(MessageRequirements requirements, EncryptedKey? encryptedKey, SecurityContextToken? contextToken)
    {
        switch (requirements.Primary)
        {
            case PrimaryTokenKind.SecurityContext:
                // A service routes by the element (WCF's session filter); a client knows its context.
                if (requirements.Role.IsFromClient && contextToken is null)
                {
                    Fail.With(FailureCode.TokenMissing, "wsc:SecurityContextToken");
                }

                Refuse(encryptedKey, "xenc:EncryptedKey");
                break;
            case PrimaryTokenKind.WrappedKey:
                if (encryptedKey is null)
                {
                    Fail.With(FailureCode.TokenMissing, "xenc:EncryptedKey");
                }

                Refuse(contextToken, "wsc:SecurityContextToken");
                break;
            case PrimaryTokenKind.CorrelatedKey:
                Refuse(encryptedKey, "xenc:EncryptedKey");
                Refuse(contextToken, "wsc:SecurityContextToken");
                break;
            default:
                Refuse(contextToken, "wsc:SecurityContextToken");
                break;
        }
    }

    private static void Refuse(object? token, string name)
    {
        if (token is not null)
        {
            Fail.With(FailureCode.UnexpectedElement, name);
        }
    }

    private static List<(XmlId, DerivedKeyToken)> ReadDerivedKeys(SecurityHeader header, MessageRequirements requirements)
    {
        // WCF's bound: twice as many as the binding can use.
        var most = (2 + requirements.Supporting.Count) * 2;
        var keys = new List<(XmlId, DerivedKeyToken)>(2);
        foreach (var item in header.Items)
        {
            if (item.Kind != SecurityItemKind.DerivedKeyToken)
            {
                continue;
            }

            if (keys.Count == most)
            {
                Fail.With(FailureCode.LimitExceeded, "wsc:DerivedKeyToken");
            }

            var id = item.Id ?? Fail.With<XmlId>(FailureCode.MalformedSecurityElement, "wsc:DerivedKeyToken/@wsu:Id");
            keys.Add((id, DerivedKeyToken.Read(item.Element, requirements.Protocol)));
        }

        return keys;
    }

    private static List<XmlId> ReadReferences(SecurityHeader header, EncryptedKey? encryptedKey)
    {
        var standalone = header.Single(SecurityItemKind.ReferenceList);
        var nested = encryptedKey is { ReferenceList.IsNull: false };
        return (standalone, nested) switch
        {
            (null, false) => [],
            ({ } item, false) => ReferenceList.Read(item.Element, Limits.MaxEncryptedParts),
            (null, true) => ReferenceList.Read(encryptedKey!.ReferenceList, Limits.MaxEncryptedParts),
            _ => Fail.With<List<XmlId>>(FailureCode.DuplicateElement, "xenc:ReferenceList"),
        };
    }
}
