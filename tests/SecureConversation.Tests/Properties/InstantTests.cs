using System.Text;
using SecureConversation.Engine.Replay;

namespace SecureConversation.Tests.Properties;

/// <summary>The short way to read an instant gives what the long way gives, or nothing.</summary>
public sealed class InstantTests
{
    private const string Characters = "0123456789-:.TZ+ /;\0\u00C0";

    private static readonly DateTimeOffset First = new(2, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void WrittenInstants_AreReadTheShortWay_AndAreTheSame()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var instant = First.AddMilliseconds(random.NextInt64(9_997L * 365 * 24 * 60 * 60 * 1000));
            var text = Encoding.Latin1.GetBytes(Timestamp.Format(instant));
            Assert.True(Timestamp.TryParseUsual(text, out var read));
            Assert.True(Timestamp.TryParseAny(text, out var other));
            Assert.Equal((instant, instant, TimeSpan.Zero), (read, other, read.Offset));
        }
    }

    [Fact]
    public void ChangedInstants_AreReadAsTheLongWayReadsThem()
    {
        var random = new Random(2);
        var taken = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var text = Encoding.Latin1.GetBytes(Timestamp.Format(First.AddMilliseconds(random.NextInt64(9_997L * 365 * 24 * 60 * 60 * 1000))));
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                // Often another digit, so that fields are out of range more often than malformed.
                text[random.Next(text.Length)] = (byte)Characters[random.Next(random.Next(2) == 0 ? 10 : Characters.Length)];
            }

            Agree(text, ref taken);
        }

        Assert.InRange(taken, 20_000, 180_000);
    }

    [Theory]
    [InlineData("2024-02-29T00:00:00.000Z", true)]
    [InlineData("2023-02-29T00:00:00.000Z", false)]
    [InlineData("1900-02-29T00:00:00.000Z", false)]
    [InlineData("2000-02-29T23:59:59.999Z", true)]
    [InlineData("2024-04-31T00:00:00.000Z", false)]
    [InlineData("2024-00-10T00:00:00.000Z", false)]
    [InlineData("2024-01-00T00:00:00.000Z", false)]
    [InlineData("2024-01-01T24:00:00.000Z", false)]
    [InlineData("2024-01-01T23:60:00.000Z", false)]
    [InlineData("2024-01-01T23:59:60.000Z", false)]
    [InlineData("0001-01-01T00:00:00.000Z", false)]
    [InlineData("9999-01-01T00:00:00.000Z", false)]
    [InlineData("9998-12-31T23:59:59.999Z", true)]
    [InlineData("2024-01-01T00:00:00.000z", false)]
    [InlineData("2024-01-01T00:00:00.000", false)]
    [InlineData("2024-01-01T00:00:00.0000Z", false)]
    public void Limits(string text, bool isUsual)
    {
        var taken = 0;
        Agree(Encoding.Latin1.GetBytes(text), ref taken);
        Assert.Equal(isUsual, taken == 1);
    }

    private static void Agree(byte[] text, ref int taken)
    {
        var trimmed = text.AsSpan().Trim(" \t\r\n"u8);
        var isUsual = Timestamp.TryParseUsual(trimmed, out var read);
        var isAny = Timestamp.TryParseAny(trimmed, out var other);
        Assert.Equal(isAny, Timestamp.TryParse(text, out var both));
        if (isAny)
        {
            Assert.Equal((other, other.Offset), (both, both.Offset));
        }

        if (isUsual)
        {
            taken++;
            Assert.True(isAny);
            Assert.Equal((other, other.Offset), (read, read.Offset));
        }
    }
}
