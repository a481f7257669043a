using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks;

/// <summary>
/// Protecting and verifying one session message, beside the bare cryptography that it cannot do without: the ratio is
/// what XML and we add.
/// </summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    private Conversation _conversation = null!;
    private byte[] _envelope = [];
    private byte[] _secured = [];
    private byte[] _key = [];
    private byte[] _cipher = [];

    [Params(1024, 16 * 1024, 256 * 1024)]
    public int BodyBytes { get; set; }

    [Params("Basic256", "Basic256Sha256")]
    public string Suite { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Parse(Suite)));
        _envelope = Conversation.Envelope(BodyBytes);
        using var request = _conversation.Secure(_envelope);
        _secured = request.Envelope.ToArray();
        _key = RandomNumberGenerator.GetBytes(32);
        _cipher = new byte[_envelope.Length + 64];
    }

    [GlobalCleanup]
    public void Cleanup() => _conversation.Dispose();

    /// <summary>Digest, encrypt and MAC as many bytes as the message has, once for each direction.</summary>
    [Benchmark(Baseline = true)]
    public int BareCryptography()
    {
        Span<byte> hash = stackalloc byte[32];
        using var aes = Aes.Create();
        aes.SetKey(_key);
        var isSha256 = Suite.Contains("Sha256", StringComparison.Ordinal);
        for (var direction = 0; direction < 2; direction++)
        {
            _ = isSha256 ? SHA256.HashData(_envelope, hash) : SHA1.HashData(_envelope, hash);
            _ = isSha256 ? HMACSHA256.HashData(_key, _envelope.AsSpan(0, 1024), hash) : HMACSHA1.HashData(_key, _envelope.AsSpan(0, 1024), hash);
        }

        var length = aes.EncryptCbc(_envelope, _key.AsSpan(0, 16), _cipher);
        return aes.DecryptCbc(_cipher.AsSpan(0, length), _key.AsSpan(0, 16), _cipher);
    }

    [Benchmark]
    public int SecureAndVerify()
    {
        using var request = _conversation.Secure(_envelope);
        using var result = _conversation.Receive(request.Envelope);
        return request.Envelope.Length;
    }

    [Benchmark]
    public int Secure()
    {
        using var request = _conversation.Secure(_envelope);
        return request.Envelope.Length;
    }

    [Benchmark]
    public int Verify()
    {
        using var result = _conversation.Receive(_secured);
        return _secured.Length;
    }
}
