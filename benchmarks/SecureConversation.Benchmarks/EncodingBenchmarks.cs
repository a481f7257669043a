using BenchmarkDotNet.Attributes;
using SecureConversation.Benchmarks.Performance;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks;

/// <summary>What an encoding costs beside text: a message of a session is protected, encoded, decoded and verified.</summary>
[MemoryDiagnoser]
public class EncodingBenchmarks
{
    private Conversation _conversation = null!;
    private ClientSession _session = null!;
    private byte[] _envelope = [];
    private byte[] _secured = [];
    private byte[] _entity = [];
    private string _contentType = "";

    [Params(64 * 1024, 1024 * 1024)]
    public int BodyBytes { get; set; }

    [Params(MessageEncoding.Text, MessageEncoding.Mtom, MessageEncoding.Binary)]
    public MessageEncoding Encoding { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256));
        _session = new DomPeer(_conversation).Session;
        _envelope = Conversation.Envelope(BodyBytes);
        using var request = _session.Secure(_envelope);
        _secured = request.Envelope.ToArray();
        using var encoded = EnvelopeEncoding.Encode(_secured, Encoding, MessageVersion.Default);
        _contentType = encoded.ContentType;
        _entity = [.. encoded.ReadChunks().SelectMany(chunk => chunk.ToArray())];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _session.Dispose();
        _conversation.Dispose();
    }

    [Benchmark]
    public long SecureAndEncode()
    {
        using var request = _session.Secure(_envelope);
        return Write(request.Envelope);
    }

    [Benchmark]
    public long Encode() => Write(_secured);

    [Benchmark]
    public int Decode()
    {
        using var decoded = EnvelopeEncoding.Decode(_entity, _contentType);
        return decoded.Envelope.Length;
    }

    private long Write(ReadOnlyMemory<byte> envelope)
    {
        using var encoded = EnvelopeEncoding.Encode(envelope, Encoding, MessageVersion.Default);
        var length = 0L;
        foreach (var chunk in encoded.ReadChunks())
        {
            length += chunk.Length;
        }

        return length;
    }
}
