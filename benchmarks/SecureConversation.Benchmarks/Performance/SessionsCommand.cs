using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// `sessions`: what a session costs and saves against certificates in each message, by the length of the RSA keys; and `handshakes`: how
/// many of them a core does, beside what their RSA operations alone allow, and by the kind of keys.
/// </summary>
internal static class SessionsCommand
{
    public static readonly int[] KeyLengths = [2048, 3072];

    private static readonly int[] Calls = [1, 2, 3, 5, 10, 20, 50, 100, 1000];
    private static readonly SecurityAlgorithmSuite Suite = SecurityAlgorithmSuite.Basic256Sha256;

    public static int Run(string results)
    {
        var table = new ResultTable("sessions", "A session against certificates in each message, request and reply of 1 KB, both sides: µs of processor time",
            ["keys", "open", "call in session", "call with certificates", "× in session", "cheaper from call"]);
        var perCall = new ResultTable("calls", "Cost of a call by the number of calls in a session: µs of processor time, the opening included",
            ["calls", .. KeyLengths.SelectMany(bits => new[] { $"session, RSA {bits}", $"certificates, RSA {bits}" })]);
        var costs = new List<(double Open, double Session, double Single)>();
        foreach (var bits in KeyLengths)
        {
            using var client = Issue("Client", bits);
            using var service = Issue("localhost", bits);
            using var session = new Conversation(Conversation.SecureSession(Suite), client: client, service: service);
            using var single = new Conversation(Conversation.MutualCertificate(Suite), client: client, service: service);
            Warm(() => session.Open().Dispose());
            Warm(() => Call(single));
            var series = Rounds.Measure(7, TimeSpan.FromMilliseconds(150), () => session.Open().Dispose(), () => Call(session), () => Call(single));
            var (open, inSession, alone) = (series[0].Time, series[1].Time, series[2].Time);
            costs.Add((open, inSession, alone));
            table.Add($"RSA {bits}", open, inSession, alone, series[2].Over(series[1]), Math.Floor(open / (alone - inSession)) + 1);
        }

        foreach (var calls in Calls)
        {
            perCall.Add(calls.ToString(CultureInfo.InvariantCulture), [.. costs.SelectMany(c => new double?[] { (c.Open / calls) + c.Session, c.Single })]);
        }

        table.Finish(results);
        perCall.Finish(results);
        return 0;
    }

    public static int RunHandshakes(string results)
    {
        var table = new ResultTable("handshakes", "Handshakes of sessions with certificates for a second and core, beside what their RSA operations alone allow",
            ["side and keys", "handshakes/s", "RSA alone/s", "share", "B allocated"]);
        foreach (var bits in KeyLengths)
        {
            using var client = Issue("Client", bits);
            using var service = Issue("localhost", bits);
            using var conversation = new Conversation(Conversation.SecureSession(Suite), client: client, service: service);
            using var operations = new RsaOperations(client, service);
            Warm(() => conversation.Open().Dispose());
            var both = Rounds.Measure(7, TimeSpan.FromMilliseconds(150), () => conversation.Open().Dispose(), operations.OfBoth);
            var (ours, rsa) = (new Series([], []), new Series([], []));
            for (var round = 0; round < 7; round++)
            {
                // Made before: no handshake is taken twice.
                var requests = new Queue<byte[]>(Enumerable.Range(0, 60).Select(_ => conversation.Handshake()));
                ours.Add(Rounds.Run(() => conversation.Answer(requests.Dequeue()).Dispose(), requests.Count));
                rsa.Add(Rounds.Run(operations.OfService, 60));
            }

            Add(table, $"client and service, RSA {bits}", both[0], both[1]);
            Add(table, $"service, RSA {bits}", ours, rsa);
        }

        table.Finish(results);
        RunKinds(results);
        return 0;
    }

    /// <summary>
    /// Handshakes of one suite by the kind of key in both certificates, in turns: RSA with OAEP and PSS, or ECDH-ES and ECDSA; and those of
    /// its sister with ML-KEM for the service, and ECDSA.
    /// </summary>
    private static void RunKinds(string results)
    {
        var table = new ResultTable("handshake-keys", "Handshakes of Strong256 for a second and core, client and service, by the kind of their keys",
            ["keys", "handshakes/s", "by RSA 2048", "B allocated"]);
        var (classic, encapsulating) = (SecurityAlgorithmSuite.Strong256, SecurityAlgorithmSuite.Parse("Strong256MLKem"));
        (string Name, X509Certificate2 Client, X509Certificate2 Service, SecurityAlgorithmSuite Suite)[] kinds =
        [
            .. KeyLengths.Select(bits => ($"RSA {bits}", Issue("Client", bits), Issue("localhost", bits), classic)),
            ("P-256", TestCertificates.AgreeingClientP256, TestCertificates.AgreeingServiceP256, classic),
            ("P-384", TestCertificates.AgreeingClientP384, TestCertificates.AgreeingServiceP384, classic),
            .. MLKem.IsSupported ? [
                ("ML-KEM-768, P-256", TestCertificates.ClientP256, MLKemCertificates.Service768.WithKey(), encapsulating),
                ("ML-KEM-1024, P-384", TestCertificates.ClientP384, MLKemCertificates.Service1024.WithKey(), encapsulating),
            ] : Array.Empty<(string, X509Certificate2, X509Certificate2, SecurityAlgorithmSuite)>(),
        ];
        if (!MLKem.IsSupported)
        {
            Console.WriteLine($"Without ML-KEM: {MLKemCertificates.OnlyWithMLKem}");
        }

        var conversations = kinds.Select(kind => new Conversation(
            Conversation.SecureSession(kind.Suite), client: kind.Client, service: kind.Service)).ToList();
        conversations.ForEach(conversation => Warm(() => conversation.Open().Dispose()));
        var series = Rounds.Measure(7, TimeSpan.FromMilliseconds(150), [.. conversations.Select(c => (Action)(() => c.Open().Dispose()))]);
        for (var i = 0; i < kinds.Length; i++)
        {
            table.Add(kinds[i].Name, 1e6 / series[i].Time, 1 / series[i].Over(series[0]), series[i].Allocated);
        }

        conversations.ForEach(conversation => conversation.Dispose());
        table.Finish(results);
    }

    /// <summary>A certificate with a key of this length, of the test authority or of its own.</summary>
    public static X509Certificate2 Issue(string name, int bits, bool isTrusted = true)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var authority = TestCertificates.Authority;
        if (!isTrusted)
        {
            return request.CreateSelfSigned(authority.NotBefore, authority.NotAfter);
        }

        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, .. RandomNumberGenerator.GetBytes(15)]);
        return certificate.CopyWithPrivateKey(key);
    }

    private static readonly byte[] Request = Conversation.Envelope(1024);
    private static readonly byte[] Reply = TestEnvelope.WithAction(MessageVersion.Default, "urn:e/EchoResponse",
        $"<EchoResponse xmlns=\"urn:e\"><EchoResult>{new string('x', 1024)}</EchoResult></EchoResponse>");

    private static void Call(Conversation conversation)
    {
        using var request = conversation.Secure(Request);
        using var accepted = conversation.Accept(request.Envelope);
        using var reply = accepted.Secure(Reply);
        using var verified = request.VerifyReply(reply.Envelope);
        _ = verified.Envelope.Length;
    }

    /// <summary>Until the runtime has compiled it for good: that takes longer than what is measured, and is over soon in a service.</summary>
    private static void Warm(Action action)
    {
        for (var i = 0; i < 1500; i++)
        {
            action();
        }
    }

    private static void Add(ResultTable table, string name, Series ours, Series rsa) =>
        table.Add(name, 1e6 / ours.Time, 1e6 / rsa.Time, 1 / ours.Over(rsa), ours.Allocated);

    /// <summary>What a handshake with two certificates needs of RSA: the key is wrapped and unwrapped, the endorsing signature made and verified.</summary>
    private sealed class RsaOperations(X509Certificate2 client, X509Certificate2 service) : IDisposable
    {
        private readonly RSA _client = client.GetRSAPrivateKey()!;
        private readonly RSA _clientPublic = client.GetRSAPublicKey()!;
        private readonly RSA _service = service.GetRSAPrivateKey()!;
        private readonly RSA _servicePublic = service.GetRSAPublicKey()!;
        private readonly byte[] _hash = new byte[32];
        private byte[]? _wrapped;
        private byte[]? _signature;

        public void OfService()
        {
            _wrapped ??= _servicePublic.Encrypt(_hash, RSAEncryptionPadding.OaepSHA1);
            _signature ??= _client.SignHash(_hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            _service.Decrypt(_wrapped, RSAEncryptionPadding.OaepSHA1);
            _clientPublic.VerifyHash(_hash, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        public void OfBoth()
        {
            _servicePublic.Encrypt(_hash, RSAEncryptionPadding.OaepSHA1);
            _client.SignHash(_hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            OfService();
        }

        public void Dispose()
        {
            _client.Dispose();
            _clientPublic.Dispose();
            _service.Dispose();
            _servicePublic.Dispose();
        }
    }
}
