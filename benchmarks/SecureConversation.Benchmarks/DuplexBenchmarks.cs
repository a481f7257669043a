using BenchmarkDotNet.Attributes;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks;

/// <summary>A message that the service sends by itself in a session (a callback over net.tcp), beside a request of the client and its reply.</summary>
[MemoryDiagnoser]
public class DuplexBenchmarks
{
    private Conversation _conversation = null!;
    private ServiceSession _served = null!;
    private byte[] _envelope = [];

    [Params(1024, 16 * 1024, 256 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256));
        _envelope = Conversation.Envelope(BodyBytes);
        using var request = _conversation.Session!.Secure(_envelope);
        using var accepted = _conversation.Accept(request.Envelope);
        _served = accepted.Session!;
    }

    [GlobalCleanup]
    public void Cleanup() => _conversation.Dispose();

    [Benchmark(Baseline = true)]
    public int RequestAndReply()
    {
        using var request = _conversation.Session!.Secure(_envelope);
        using var accepted = _conversation.Accept(request.Envelope);
        using var reply = accepted.Secure(_envelope);
        using var verified = request.VerifyReply(reply.Envelope);
        return verified.Envelope.Length;
    }

    [Benchmark]
    public int RequestAndCallback()
    {
        using var request = _conversation.Session!.SecureMessage(_envelope);
        using var accepted = _conversation.Accept(request.Envelope);
        using var callback = _conversation.Service.Secure(_served, _envelope);
        using var received = _conversation.Session!.Receive(callback.Envelope);
        return received.Message.Envelope.Length;
    }
}
