using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Vectors;

/// <summary>Hands out prepared octets where their length fits, so that a role can be made to repeat a recording; else real randomness.</summary>
internal sealed class ScriptedRandom : RandomSource
{
    private readonly Queue<byte[]> _script = new();

    public void Next(params IEnumerable<byte[]> octets)
    {
        _script.Clear();
        foreach (var item in octets)
        {
            _script.Enqueue(item);
        }
    }

    public override void Fill(Span<byte> destination)
    {
        if (_script.TryPeek(out var next) && next.Length == destination.Length)
        {
            _script.Dequeue().CopyTo(destination);
            return;
        }

        RandomNumberGenerator.Fill(destination);
    }
}
