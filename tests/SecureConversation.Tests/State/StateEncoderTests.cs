using System.Security.Cryptography;

namespace SecureConversation.Tests.State;

public sealed class StateEncoderTests
{
    private static readonly byte[] State = [.. Enumerable.Range(1, 100).Select(i => (byte)i)];

    private readonly KeyRing _keys = new();

    [Fact]
    public void State_IsReadByAnotherInstance()
    {
        var encoded = _keys.CreateEncoder().Encode(State);
        Assert.Equal(State, _keys.CreateEncoder().Decode(encoded));
    }

    [Fact]
    public void State_IsNotReadableWhenEncoded()
    {
        var encoded = _keys.CreateEncoder().Encode(State);
        Assert.Equal(-1, encoded.AsSpan().IndexOf(State.AsSpan(0, 8)));
        Assert.NotEqual(encoded, _keys.CreateEncoder().Encode(State));
    }

    [Fact]
    public void State_IsReadAfterRotation()
    {
        var encoded = _keys.CreateEncoder().Encode(State);
        _keys.Rotate();
        var after = _keys.CreateEncoder();
        Assert.Equal(State, after.Decode(encoded));
        // The identifier of the key follows four octets of a constant.
        Assert.False(encoded.AsSpan(4, 16).SequenceEqual(after.Encode(State).AsSpan(4, 16)));
    }

    [Fact]
    public void StateOfARevokedKey_IsNotRead()
    {
        var encoded = _keys.CreateEncoder().Encode(State);
        _keys.RevokeAll();
        Assert.Null(_keys.CreateEncoder().Decode(encoded));
    }

    [Fact]
    public void StateOfAnotherPurpose_IsNotRead()
    {
        var encoded = _keys.CreateEncoder("orders").Encode(State);
        Assert.Null(_keys.CreateEncoder("invoices").Decode(encoded));
        Assert.Null(_keys.CreateEncoder().Decode(encoded));
        Assert.Equal(State, _keys.CreateEncoder("orders").Decode(encoded));
    }

    [Fact]
    public void StateOfOtherKeys_IsNotRead() => Assert.Null(new KeyRing().CreateEncoder().Decode(_keys.CreateEncoder().Encode(State)));

    /// <summary>Whatever a stranger sends is not a state, and not a failure of the service either.</summary>
    [Fact]
    public void ChangedState_IsNotRead()
    {
        var encoder = _keys.CreateEncoder();
        var encoded = encoder.Encode(State);
        Assert.Null(encoder.Decode([]));
        for (var length = 1; length < encoded.Length; length++)
        {
            Assert.Null(encoder.Decode(encoded.AsSpan(0, length)));
        }

        for (var i = 0; i < encoded.Length; i++)
        {
            var changed = encoded.ToArray();
            changed[i] ^= 0x20;
            Assert.Null(encoder.Decode(changed));
        }

        Assert.Null(encoder.Decode([.. encoded, 0]));
        Assert.Null(encoder.Decode(new byte[100_000]));
    }

    [Fact]
    public void KeysThatCannotBeReached_AreAFailure()
    {
        var encoded = _keys.CreateEncoder().Encode(State);
        _keys.Failure = new IOException("the disk is away");
        Assert.IsType<IOException>(Assert.Throws<CryptographicException>(() => _keys.CreateEncoder().Decode(encoded)).InnerException);
        Assert.Throws<CryptographicException>(() => _keys.CreateEncoder().Encode(State));
    }
}
