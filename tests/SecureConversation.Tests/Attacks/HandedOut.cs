using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Tests.Attacks;

/// <summary>What an application reads in a message that somebody without keys changed on the way.</summary>
internal static class HandedOut
{
    /// <summary>Sends a request that was changed on the wire; returns its envelope as handed out, or the code of the refusal.</summary>
    public static async Task<(string? Envelope, string? Action, FailureCode Code)> ReceiveAsync(Scene scene, string plain, Func<string, string> change)
    {
        var bytes = Encoding.UTF8.GetBytes(plain);
        using var request = scene.Session?.Secure(bytes) ?? scene.Loopback.Client.Secure(bytes, Roles.Loopback.Address);
        var wire = Encoding.UTF8.GetString(request.Envelope.Span);
        using var result = await scene.ReceiveAsync(Encoding.UTF8.GetBytes(change(wire)));
        return result is ServiceResult.Dispatch dispatch
            ? (Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), dispatch.Request.Action, FailureCode.None)
            : (null, null, ((ServiceResult.Respond)result).Code);
    }

    /// <summary>Everything that a reader of XML tells apart, but for declarations of prefixes.</summary>
    public static XDocument Read(string envelope)
    {
        using var reader = XmlReader.Create(new StringReader(envelope), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        var document = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
        document.Descendants().Attributes().Where(a => a.IsNamespaceDeclaration).Remove();
        return document;
    }
}
