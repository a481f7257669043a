using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Testing.Peers;

/// <summary>
/// The <c>xmlsec1</c> program: XML Signature and XML Encryption of libxml2's family, without any knowledge of WS-Security. It works on the
/// first matching element of a document and takes the key from the command, so it judges one signature or one ciphertext at a time.
/// </summary>
public static class XmlSec1
{
    private static readonly string? Program = PeerAvailability.FindProgram("xmlsec1");

    /// <summary>Why the peer cannot run here; null when it can.</summary>
    public static string? MissingReason => Program is null ? "The program xmlsec1 is not installed." : null;

    /// <summary>Verifies a signature by HMAC.</summary>
    /// <param name="document">Ids are read from wsu:Id attributes on the elements named by <paramref name="idElements"/>.</param>
    /// <param name="signature">XPath of the signature to verify; null for the first one.</param>
    /// <param name="idElements">{namespace}name, or name alone, of the elements that references point at.</param>
    public static PeerResult VerifyHmac(byte[] document, byte[] key, string? signature, params IEnumerable<string> idElements) =>
        Run(document, ["--verify", .. Node(signature), .. Ids(idElements)], ("--hmackey", ".key", key));

    /// <summary>Verifies a signature with the key of a certificate, whose trust is not judged.</summary>
    public static PeerResult VerifyRsa(byte[] document, X509Certificate2 certificate, string? signature, params IEnumerable<string> idElements)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var pem = System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
        return Run(document, ["--verify", .. Node(signature), .. Ids(idElements)], ("--pubkey-cert-pem", ".pem", pem));
    }

    /// <summary>Verifies the signature of an assertion with the key of a certificate.</summary>
    /// <param name="document">The assertion.</param>
    /// <param name="certificate">The certificate, whose trust is not judged.</param>
    /// <param name="id">AssertionID or ID.</param>
    /// <param name="element">namespace:name of the assertion.</param>
    public static PeerResult VerifyAssertion(byte[] document, X509Certificate2 certificate, string id, string element)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var pem = System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
        return Run(document, ["--verify", $"--id-attr:{id}", element], ("--pubkey-cert-pem", ".pem", pem));
    }

    /// <summary>Signs by a template: a ds:Signature without values. The result is the line <c>plain</c>.</summary>
    /// <param name="template">The assertion with the template.</param>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="id">AssertionID or ID.</param>
    /// <param name="element">namespace:name of the assertion.</param>
    public static PeerResult SignAssertion(byte[] template, X509Certificate2 certificate, string id, string element)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using var key = certificate.GetRSAPrivateKey()!;
        var pem = System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
        return Run(template, ["--sign", $"--id-attr:{id}", element], ("--privkey-pem", ".pem", pem));
    }

    /// <summary>Decrypts one EncryptedData with a symmetric key; the result is the line <c>plain</c>.</summary>
    /// <param name="encryptedDataId">Null for the first one.</param>
    public static PeerResult Decrypt(byte[] document, byte[] key, bool tripleDes = false, string? encryptedDataId = null) =>
        Run(document, ["--decrypt", .. Node(encryptedDataId is null ? null : $"//*[@Id='{encryptedDataId}']")], (tripleDes ? "--deskey" : "--aeskey", ".key", key));

    private static IEnumerable<string> Node(string? path) => path is null ? [] : ["--node-xpath", path];

    private static IEnumerable<string> Ids(IEnumerable<string> elements) => elements.SelectMany(element =>
        // xmlsec1 wants namespace:name; wsu:Id is told by its local name.
        new[] { "--id-attr:Id", element.StartsWith('{') ? element[1..].Replace('}', ':') : element });

    private static PeerResult Run(byte[] document, IEnumerable<string> arguments, (string Option, string Suffix, byte[] Content) key)
    {
        var directory = Directory.CreateTempSubdirectory("xmlsec1-");
        try
        {
            var (input, keyFile, output) = (Path.Combine(directory.FullName, "in.xml"),
                Path.Combine(directory.FullName, "key" + key.Suffix), Path.Combine(directory.FullName, "out.xml"));
            File.WriteAllBytes(input, document);
            File.WriteAllBytes(keyFile, key.Content);
            using var process = Process.Start(new ProcessStartInfo(
                Program ?? throw new InvalidOperationException(MissingReason),
                [.. arguments, key.Option, keyFile, "--output", output, input])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var ok = process.ExitCode == 0;
            var plain = ok && File.Exists(output) ? Convert.ToBase64String(File.ReadAllBytes(output)) : "";
            return new PeerResult(ok,
                [new PeerLine("plain", new Dictionary<string, string> { ["bytes"] = plain })], ok ? "" : errors.Result.Trim());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
