using BenchmarkDotNet.Attributes;
using SecureConversation.Benchmarks.Performance;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks;

/// <summary>`floor` by the harness, for a closer look: one session message beside the bare primitives over its bytes.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    private Conversation _conversation = null!;
    private ClientSession _session = null!;
    private Floor _floor = null!;
    private byte[] _envelope = [];
    private byte[] _secured = [];

    [Params(1024, 16 * 1024, 256 * 1024)]
    public int BodyBytes { get; set; }

    [Params(false, true)]
    public bool Records { get; set; }

    [Params("Basic256", "Basic256Sha256")]
    public string Suite { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Parse(Suite)));
        var peer = new DomPeer(_conversation);
        _session = peer.Session;
        _envelope = Conversation.Envelope(BodyBytes, Records);
        using var request = _session.Secure(_envelope);
        _secured = request.Envelope.ToArray();
        _floor = new Floor(peer.PartsOf(_envelope, _secured));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _floor.Dispose();
        _session.Dispose();
        _conversation.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Primitives()
    {
        _floor.Secure();
        _floor.Verify();
    }

    [Benchmark]
    public int SecureAndVerify() => Secure() + Verify();

    [Benchmark]
    public int Secure()
    {
        using var request = _session.Secure(_envelope);
        return request.Envelope.Length;
    }

    [Benchmark]
    public int Verify()
    {
        using var accepted = _conversation.Accept(_secured);
        return accepted.Request.Envelope.Length;
    }
}
