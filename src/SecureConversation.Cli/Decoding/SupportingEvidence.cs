using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Finds the tokens of the client that most requests have beside the one that protects them.</summary>
internal sealed class SupportingEvidence(IReadOnlyList<WireForm> requests, string prefix, Evidence evidence)
{
    public SupportingTokenParameters Decide(SecurityBindingElement element)
    {
        // Requests whose header cannot be read would say that there are none.
        var readable = requests
            .Where(f => f.Message.Encryptions.TrueForAll(e => e.Place != WirePlace.SecurityItem || e.IsDecrypted)).ToList();
        var seen = readable.SelectMany(f => Tokens(f, element).Select((token, i) => (f.Message.Number, Token: token, Index: i))).ToList();
        var common = seen.GroupBy(fact => (fact.Token, fact.Index)).Where(g => g.Count() * 2 > readable.Count).ToList();
        var result = new SupportingTokenParameters();
        foreach (var group in common)
        {
            result = Add(result, group.Key.Token);
        }

        if (readable.Count == 0 && element is SymmetricSecurityBindingElement
            && requests.FirstOrDefault(f => f.Items.Any(i => i.Name == WireNames.BinarySecurityToken)) is { } unread)
        {
            evidence.Note(prefix + "EndpointSupportingTokenParameters", "Endorsing: certificate",
                $"message {unread.Message.Number} has a certificate, and what signs cannot be decrypted", isSeen: false);
            return Add(result, new Token(TokenType.X509, Attached.Endorsing, true, X509ReferenceStyle.Thumbprint, null));
        }

        evidence.Note(prefix + "EndpointSupportingTokenParameters",
            common.Count == 0 ? "none" : string.Join(", ", common.Select(g => Describe(g.Key.Token))),
            readable.Count == 0 ? "no request shows it"
            : common.Count == 0 ? $"message {readable[0].Message.Number} has no such token"
            : $"message {common[0].First().Number} has it", isSeen: readable.Count > 0);
        return result;
    }

    private static IEnumerable<Token> Tokens(WireForm form, SecurityBindingElement element)
    {
        var used = new HashSet<XElement>();
        if (form.Primary is { } primary && form.FindItem(primary.TokenId) is { } own)
        {
            used.Add(own);
        }

        if (form.FindItem(WireSignature.LocalReference(form.EncryptedKey?.Element(WireNames.KeyInfo))) is { } recipient)
        {
            used.Add(recipient);
        }

        foreach (var signature in form.Endorsing)
        {
            var token = form.FindItem(signature.TokenId);
            var isLocal = token is not null && used.Add(token);
            if (!signature.IsAsymmetric)
            {
                continue;
            }

            if (signature.KeyInfo?.Descendants(WireNames.Ds + "KeyValue").Any() == true)
            {
                yield return new Token(TokenType.Rsa, Attachment(form, token, endorses: true), false, null, null);
            }
            else
            {
                yield return new Token(TokenType.X509, Attachment(form, token, endorses: true), isLocal,
                    WireForm.StyleOf(signature.KeyInfo), null);
            }
        }

        foreach (var item in form.Items.Where(i => !used.Contains(i)))
        {
            if (item.Name == WireNames.UsernameToken && form.Protection != WireProtection.UserName)
            {
                var attachment = element is TransportSecurityBindingElement
                    ? Attached.SignedEncrypted : Attachment(form, item, endorses: false);
                yield return new Token(TokenType.UserName, attachment, true, null, UserName(item));
            }
            else if (item.Name == WireNames.BinarySecurityToken)
            {
                yield return new Token(TokenType.X509, Attachment(form, item, endorses: false), true, null, null);
            }
        }
    }

    private static Attached Attachment(WireForm form, XElement? token, bool endorses)
    {
        var isSigned = token is not null && form.Primary?.Covers(token) == true;
        var isEncrypted = token is not null && form.WasEncrypted(token);
        return (endorses, isSigned, isEncrypted) switch
        {
            (true, true, true) => Attached.SignedEndorsingEncrypted,
            (true, true, false) => Attached.SignedEndorsing,
            (true, false, true) => Attached.EndorsingEncrypted,
            (true, false, false) => Attached.Endorsing,
            (false, _, true) => Attached.SignedEncrypted,
            _ => Attached.Signed,
        };
    }

    private static UserNameSecurityTokenParameters UserName(XElement item)
    {
        var password = item.Element(WireNames.Wsse + "Password");
        return new UserNameSecurityTokenParameters
        {
            PasswordType = password is null ? UserNamePasswordType.None
                : password.Attribute("Type")?.Value == Uris.PasswordDigest ? UserNamePasswordType.Digest : UserNamePasswordType.Text,
            IncludeNonce = item.Element(WireNames.Wsse + "Nonce") is not null,
            IncludeCreated = item.Element(WireNames.Wsu + "Created") is not null,
            AllowClearTextPassword = true,
        };
    }

    private static SupportingTokenParameters Add(SupportingTokenParameters tokens, Token token)
    {
        SecurityTokenParameters parameters = token.Type switch
        {
            TokenType.UserName => token.UserName!,
            TokenType.Rsa => new RsaSecurityTokenParameters(),
            _ => new X509SecurityTokenParameters
            {
                RequireDerivedKeys = false,
                InclusionMode = token.IsSent ? SecurityTokenInclusionMode.AlwaysToRecipient : SecurityTokenInclusionMode.Never,
                X509ReferenceStyle = token.Style ?? X509ReferenceStyle.Thumbprint,
            },
        };
        ImmutableArray<SecurityTokenParameters> one = [parameters];
        return token.Attachment switch
        {
            Attached.Endorsing => tokens with { Endorsing = tokens.Endorsing.AddRange(one) },
            Attached.SignedEndorsing => tokens with { SignedEndorsing = tokens.SignedEndorsing.AddRange(one) },
            Attached.EndorsingEncrypted => tokens with { EndorsingEncrypted = tokens.EndorsingEncrypted.AddRange(one) },
            Attached.SignedEndorsingEncrypted =>
                tokens with { SignedEndorsingEncrypted = tokens.SignedEndorsingEncrypted.AddRange(one) },
            Attached.SignedEncrypted => tokens with { SignedEncrypted = tokens.SignedEncrypted.AddRange(one) },
            _ => tokens with { Signed = tokens.Signed.AddRange(one) },
        };
    }

    private static string Describe(Token token) =>
        $"{token.Attachment}: {(token.Type switch { TokenType.UserName => "user name", TokenType.Rsa => "RSA key", _ => "certificate" })}"
        + (token.Type == TokenType.X509 && !token.IsSent ? $" that is not sent ({token.Style})" : "");

    private sealed record Token(
        TokenType Type, Attached Attachment, bool IsSent, X509ReferenceStyle? Style, UserNameSecurityTokenParameters? UserName);

    private enum TokenType
    {
        X509,
        UserName,
        Rsa,
    }

    private enum Attached
    {
        Endorsing,
        Signed,
        SignedEncrypted,
        SignedEndorsing,
        EndorsingEncrypted,
        SignedEndorsingEncrypted,
    }
}
