using BenchmarkDotNet.Attributes;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks;

/// <summary>A call in a reliable session beside one in a plain session: request and reply through both ends.</summary>
[MemoryDiagnoser]
public class ReliableBenchmarks
{
    private Conversation _plain = null!;
    private Conversation _reliable = null!;
    private ReliableClientSession _sequence = null!;
    private byte[] _envelope = [];

    [Params(1024, 16 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var element = Conversation.SecureSession(SecurityAlgorithmSuite.Basic256);
        _plain = new Conversation(element);
        _reliable = new Conversation(element, reliableSession: new() { ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11 });
        _sequence = _reliable.Session!.OpenReliableSessionAsync(ExchangeAsync).GetAwaiter().GetResult();
        _envelope = Conversation.Envelope(BodyBytes);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sequence.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _reliable.Dispose();
        _plain.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int PlainSession()
    {
        using var request = _plain.Session!.Secure(_envelope);
        using var accepted = _plain.Accept(request.Envelope);
        using var reply = accepted.Secure(_envelope);
        using var verified = request.VerifyReply(reply.Envelope);
        return verified.Envelope.Length;
    }

    [Benchmark]
    public async Task<int> ReliableSession()
    {
        using var answer = await _sequence.CallAsync(_envelope).ConfigureAwait(false);
        return answer.Message!.Envelope.Length;
    }

    private async Task<ReliableAnswer> ExchangeAsync(ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var request = _reliable.Session!.Secure(plain);
        using var result = await _reliable.Service.ReceiveAsync(request.Envelope, cancellationToken).ConfigureAwait(false);
        if (result is ServiceResult.Respond respond)
        {
            return new ReliableAnswer(request.VerifyReply(respond.Envelope.ToArray()), request);
        }

        using var reply = ((ServiceResult.Dispatch)result).Secure(_envelope);
        return new ReliableAnswer(request.VerifyReply(reply.Envelope.ToArray()), request);
    }
}
