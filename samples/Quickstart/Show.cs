using System.Globalization;
using SecureConversation;
using SecureConversation.Diagnosis;

namespace Quickstart;

/// <summary>How things are written in the account.</summary>
internal static class Show
{
    public static string Bytes(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes");

    public static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.00} ms");

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Short(string name) => name.Length > 8 ? name[..8] + "..." : name;

    public static string Algorithm(string uri) => uri[(uri.LastIndexOfAny(['#', '/']) + 1)..];

    public static string Key(ProtectionKey key) => key.Kind switch
    {
        ProtectionKeyKind.DerivedKey => $"a derived key (nonce {Short(key.Name)})",
        ProtectionKeyKind.EncryptedKey => $"a key under the certificate of the service ({Short(key.Name)})",
        ProtectionKeyKind.SecurityContext => "the key of the session",
        _ => $"the key of certificate {Short(Convert.ToHexString(Convert.FromBase64String(key.Name)))}",
    };

    public static string Signature(SignatureProtection signature) =>
        $"{string.Join(' ', signature.Parts)} -- by {Key(signature.Key)}, {Algorithm(signature.Algorithm)}{(signature.IsEndorsing ? ", endorsing" : "")}";

    public static string Encryptions(MessageProtection protection) => protection.Encryptions.Count == 0 ? "nothing" : string.Join("; ", protection.Encryptions
        .GroupBy(e => (e.Key, e.Algorithm))
        .Select(g => $"{string.Join(' ', g.Select(e => e.Part))} -- under {Key(g.Key.Key)}, {Algorithm(g.Key.Algorithm)}"));

    public static string Fault(SoapFault fault) => $"{FaultCode(fault)}{(fault.IsSecured ? "" : " (not secured)")}: {fault.Reason}";

    /// <summary>The code of a fault without its namespace.</summary>
    public static string FaultCode(SoapFault fault)
    {
        var code = fault.Subcode ?? fault.Code;
        return code[(code.IndexOf('}', StringComparison.Ordinal) + 1)..];
    }

    /// <summary>The first characters of what the body holds.</summary>
    public static string Body(ReadOnlyMemory<byte> envelope, int characters)
    {
        using var reader = EnvelopeEncoding.CreateReader(envelope);
        reader.MoveToContent();
        reader.ReadToFollowing("Body", reader.NamespaceURI);
        var body = reader.ReadInnerXml();
        return body.Length > characters ? body[..characters] + "..." : body;
    }
}
