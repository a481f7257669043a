using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks;

/// <summary>The profile Strong beside what WCF does with SHA-256: a call of a session, and the handshake that opens one.</summary>
[MemoryDiagnoser]
public class StrongBenchmarks
{
    private Conversation _wcf = null!;
    private Conversation _strong = null!;
    private Conversation _curve = null!;
    private byte[] _envelope = [];

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var security = new MessageSecurity { NegotiateServiceCredential = false, AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };
        _wcf = new Conversation(security.CreateSecurityBindingElement(), detectReplays: true);
        _strong = Create(TestCertificates.Client);
        _curve = Create(TestCertificates.ClientP256);
        _envelope = Conversation.Envelope(BodyBytes);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _wcf.Dispose();
        _strong.Dispose();
        _curve.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int WcfCall() => Call(_wcf);

    [Benchmark]
    public int StrongCall() => Call(_strong);

    [Benchmark]
    public void WcfHandshake() => _wcf.Open().Dispose();

    [Benchmark]
    public void StrongHandshake() => _strong.Open().Dispose();

    [Benchmark]
    public void StrongHandshakeOfAClientOnP256() => _curve.Open().Dispose();

    private static Conversation Create(X509Certificate2 client) =>
        new(MessageSecurity.Strong.CreateSecurityBindingElement(), detectReplays: true, client: client);

    private int Call(Conversation conversation)
    {
        using var request = conversation.Session!.Secure(_envelope);
        using var accepted = conversation.Accept(request.Envelope);
        using var reply = accepted.Secure(_envelope);
        using var verified = request.VerifyReply(reply.Envelope);
        return verified.Envelope.Length;
    }
}
