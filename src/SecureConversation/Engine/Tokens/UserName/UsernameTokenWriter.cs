using System.Globalization;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>Writes wsse:UsernameToken in canonical form (UsernameToken Profile 1.1 sections 3 and 4).</summary>
internal static class UsernameTokenWriter
{
    private const int NonceLength = 16;

    /// <summary>Writes a user name with what its binding asks for; the caller encrypts the element where that is asked for.</summary>
    public static void Write(
        PooledBytes output, string id, UserNameCredential credential, UserNameSecurityTokenParameters form, TokenMaking making)
    {
        var isDigest = form.PasswordType == UserNamePasswordType.Digest;
        var nonce = form.IncludeNonce || isDigest ? making.Fill(new byte[NonceLength]) : null;
        var created = form.IncludeCreated || isDigest ? making.Instant : null;
        Start(output, id, credential.UserName);
        if (form.PasswordType != UserNamePasswordType.None)
        {
            output.Write("<o:Password"u8);
            TokenWriter.Attribute(output, "Type", isDigest ? Uris.PasswordDigest : Uris.PasswordText);
            output.Write(">"u8);
            if (isDigest)
            {
                output.WriteBase64(UserNameKey.Digest(credential.Password, nonce, created!));
            }
            else
            {
                output.WriteEscaped(credential.Password);
            }

            output.Write("</o:Password>"u8);
        }

        End(output, nonce, created);
    }

    /// <summary>Writes a user name whose password is the key.</summary>
    public static void WriteKey(
        PooledBytes output, string id, UserNameCredential credential, UserNameKeyInputs inputs, UserNameSecurityTokenParameters form,
        TokenMaking making)
    {
        Start(output, id, credential.UserName);
        output.Write("<k:Salt xmlns:k=\""u8);
        output.WriteText(Ns.Wsse11);
        output.Write("\">"u8);
        output.WriteBase64(inputs.Salt);
        output.Write("</k:Salt><k:Iteration xmlns:k=\""u8);
        output.WriteText(Ns.Wsse11);
        output.Write("\">"u8);
        output.WriteText(inputs.Iterations.ToString(CultureInfo.InvariantCulture));
        output.Write("</k:Iteration>"u8);
        End(output, form.IncludeNonce ? making.Fill(new byte[NonceLength]) : null, form.IncludeCreated ? making.Instant : null);
    }

    private static void Start(PooledBytes output, string id, string userName)
    {
        output.Write("<o:UsernameToken xmlns:o=\""u8);
        output.WriteText(Ns.Wsse);
        output.Write("\" xmlns:u=\""u8);
        output.WriteText(Ns.Wsu);
        output.Write("\""u8);
        TokenWriter.Attribute(output, "u:Id", id);
        output.Write("><o:Username>"u8);
        output.WriteEscaped(userName);
        output.Write("</o:Username>"u8);
    }

    private static void End(PooledBytes output, byte[]? nonce, string? created)
    {
        if (nonce is not null)
        {
            output.Write("<o:Nonce"u8);
            TokenWriter.Attribute(output, "EncodingType", Uris.Base64Binary);
            output.Write(">"u8);
            output.WriteBase64(nonce);
            output.Write("</o:Nonce>"u8);
        }

        if (created is not null)
        {
            output.Write("<u:Created>"u8);
            output.WriteText(created);
            output.Write("</u:Created>"u8);
        }

        output.Write("</o:UsernameToken>"u8);
    }
}
