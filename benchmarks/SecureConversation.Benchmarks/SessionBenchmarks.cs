using BenchmarkDotNet.Attributes;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks;

/// <summary>What a session saves: one message under the session key against one under certificates.</summary>
[MemoryDiagnoser]
public class SessionBenchmarks
{
    private readonly byte[] _envelope = Conversation.Envelope(1024);
    private Conversation _session = null!;
    private Conversation _single = null!;

    [GlobalSetup]
    public void Setup()
    {
        _session = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256Sha256));
        _single = new Conversation(Conversation.MutualCertificate(SecurityAlgorithmSuite.Basic256Sha256));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _session.Dispose();
        _single.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int InSession() => Exchange(_session);

    [Benchmark]
    public int WithCertificates() => Exchange(_single);

    private int Exchange(Conversation conversation)
    {
        using var request = conversation.Secure(_envelope);
        using var result = conversation.Receive(request.Envelope);
        return request.Envelope.Length;
    }
}
