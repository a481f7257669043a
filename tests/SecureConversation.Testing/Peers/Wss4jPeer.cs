using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecureConversation.Testing.Peers;

/// <summary>
/// Apache WSS4J as a process, see tests/interop/wss4j. Started once per test run and shared by all threads, one command at a time.
/// </summary>
public static class Wss4jPeer
{
    // Far above the slowest command; a peer that hangs must not hang the run.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly Lock Gate = new();
    private static readonly Lazy<(string? ClassPath, string? Missing)> Build = new(Compile);
    private static Process? process;

    /// <summary>Why the peer cannot run here; null when it can.</summary>
    public static string? MissingReason => Build.Value.Missing;

    /// <summary>Verifies and decrypts. Reports what it found, and the decrypted envelope as <c>plain</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="keys">What the peer knows.</param>
    /// <param name="options">As the README of the peer lists them.</param>
    public static PeerResult Verify(byte[] message, PeerKeys keys, params IEnumerable<KeyValuePair<string, string>> options) =>
        Send("verify", [new("message", Base64(message)), .. keys.Options, .. options]);

    /// <summary>
    /// The same by XML Signature and the ciphers of the JDK, for the algorithms that WSS4J 1.6 does not know. A wrapped key is unwrapped
    /// by Santuario as well, and both have to agree.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="keys">What the peer knows.</param>
    public static PeerResult Judge(byte[] message, PeerKeys keys) =>
        Send("judge", [new("message", Base64(message)), .. keys.Options]);

    /// <summary>Secures an envelope in that way, as the profiles Bound and Strong ask; the result is <c>message</c>.</summary>
    /// <param name="options">As the README of the peer lists them.</param>
    public static PeerResult Author(byte[] envelope, PeerKeys keys, params IEnumerable<KeyValuePair<string, string>> options) =>
        Send("author", [new("envelope", Base64(envelope)), .. keys.Options, .. options]);

    /// <summary>Secures an envelope; the result is <c>message</c>.</summary>
    /// <param name="kind">timestamp, username, x509, ek-dk or sct.</param>
    /// <param name="options">As the README of the peer lists them.</param>
    public static PeerResult Make(string kind, byte[] envelope, PeerKeys keys, params IEnumerable<KeyValuePair<string, string>> options) =>
        Send("make", [new("kind", kind), new("envelope", Base64(envelope)), .. keys.Options, .. options]);

    /// <summary>P_SHA-1 as WS-SecureConversation derives keys: label and nonce make the seed.</summary>
    public static byte[] DeriveKey(byte[] secret, byte[] nonce, int offset, int length) =>
        Send("psha1", [
            new("secret", Base64(secret)), new("nonce", Base64(nonce)), new("offset", $"{offset}"), new("length", $"{length}"),
        ]).Single("key").Bytes("value");

    /// <summary>P_SHA-1 as WS-Trust computes the key of a context.</summary>
    public static byte[] ComputeKey(byte[] clientEntropy, byte[] serverEntropy, int length) =>
        Send("psha1", [
            new("secret", Base64(clientEntropy)), new("seed", Base64(serverEntropy)), new("length", $"{length}"),
        ]).Single("key").Bytes("value");

    /// <summary>P_hash of the JDK's HMAC as WS-Trust computes the key of a context.</summary>
    /// <param name="hash">The hash function.</param>
    public static byte[] ComputeKey(HashAlgorithmName hash, byte[] clientEntropy, byte[] serverEntropy, int length) =>
        Send("phash", [
            new("hash", hash.Name!), new("secret", Base64(clientEntropy)), new("seed", Base64(serverEntropy)), new("length", $"{length}"),
        ]).Single("key").Bytes("value");

    /// <summary>Base64 of a certificate as the options <c>recipient</c> and <c>trust</c> want it.</summary>
    public static string Encode(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Base64(certificate.RawData);
    }

    internal static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);

    private static PeerResult Send(string command, IEnumerable<KeyValuePair<string, string>> options)
    {
        var line = string.Join(' ', [command, .. options.Select(option => $"{option.Key}={Uri.EscapeDataString(option.Value)}")]);
        lock (Gate)
        {
            if (process is null or { HasExited: true })
            {
                process?.Dispose();
                process = Start();
            }
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
            return ReadAnswer(process);
        }
    }

    private static PeerResult ReadAnswer(Process peer)
    {
        var lines = new List<PeerLine>();
        while (true)
        {
            var pending = peer.StandardOutput.ReadLineAsync();
            if (!pending.Wait(Patience))
            {
                peer.Kill();
                throw new TimeoutException("The WSS4J peer did not answer.");
            }
            var line = pending.Result ?? throw new InvalidOperationException("The WSS4J peer ended.");
            if (line.StartsWith(". ", StringComparison.Ordinal))
            {
                var ok = line == ". ok";
                return new PeerResult(ok, lines, ok ? "" : line[". fail ".Length..]);
            }
            lines.Add(PeerLine.Parse(line));
        }
    }

    private static Process Start()
    {
        var peer = Process.Start(new ProcessStartInfo("java", ["-XX:+UseSerialGC", "-Xshare:auto", "-cp", Build.Value.ClassPath!, "peer.Main"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        })!;
        // Drained, or a full pipe would block the peer.
        peer.ErrorDataReceived += static (_, _) => { };
        peer.BeginErrorReadLine();
        // It ends by itself when this process closes its input; a killed test host closes it too.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => peer.StandardInput.Close();
        return peer;
    }

    private static (string? ClassPath, string? Missing) Compile()
    {
        if (PeerAvailability.FindProgram("java") is null || PeerAvailability.FindProgram("javac") is null)
        {
            return (null, "The WSS4J peer needs a JDK.");
        }
        if (PeerAvailability.FindSource("tests/interop/wss4j/build.sh") is not { } script)
        {
            return (null, "The sources of the WSS4J peer are not beside the tests.");
        }
        using var build = Process.Start(new ProcessStartInfo("bash", [script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = build.StandardError.ReadToEndAsync();
        var classPath = build.StandardOutput.ReadToEnd().Trim();
        build.WaitForExit();
        return build.ExitCode == 0 ? (classPath, null) : (null, $"The WSS4J peer cannot be built: {errors.Result.Trim()}");
    }
}
