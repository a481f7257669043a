using System.Globalization;
using System.Text;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Properties;

/// <summary>The usual form of a time is read and written without strings, and means what it means to the platform.</summary>
public sealed class TimestampFormTests
{
    private const string Format = "yyyy-MM-ddTHH:mm:ss.fffZ";

    private static readonly string[] Formats = [Format, "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    [Fact]
    public void Instants_AreWrittenAsThePlatformWritesThem()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var instant = Instant(random);
            using var output = new PooledBytes();
            Timestamp.Write(output, instant.ToOffset(TimeSpan.FromHours(random.Next(-12, 13))));
            Assert.Equal(instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture), Encoding.ASCII.GetString(output.Span));
        }
    }

    [Fact]
    public void WhateverIsChanged_IsReadAsThePlatformReadsIt()
    {
        var random = new Random(2);
        const string characters = "0123456789-:.TZ +zt/\u00e9";
        for (var i = 0; i < 500; i++)
        {
            var text = Instant(random).UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
            RequireSame(text);
            for (var place = 0; place < text.Length; place++)
            {
                RequireSame(text.Remove(place, 1));
                var character = characters[random.Next(characters.Length)];
                RequireSame(text.Insert(place, $"{character}"));
                RequireSame(text.Remove(place, 1).Insert(place, $"{character}"));
            }
        }

        foreach (var text in new[]
        {
            "2026-02-29T00:00:00.000Z", "2024-02-29T24:00:00.000Z", "2024-02-29T23:59:60.000Z", "0000-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z", "2024-13-01T00:00:00.000Z", "2024-01-01T00:00:00.000z", "2024-01-01t00:00:00.000Z", "2024-01-01T00:00:00,000Z",
        })
        {
            RequireSame(text);
        }
    }

    private static DateTimeOffset Instant(Random random) =>
        new(random.NextInt64(new DateTime(3, 1, 1).Ticks, new DateTime(9998, 1, 1).Ticks), TimeSpan.Zero);

    private static void RequireSame(string text)
    {
        var trimmed = text.Trim(' ');
        var expected = trimmed.Length is >= 19 and <= 40 && trimmed[10] == 'T' && trimmed.All(char.IsAscii)
            && DateTimeOffset.TryParseExact(trimmed, Formats, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            && instant.Year is > 1 and < 9999 ? instant : (DateTimeOffset?)null;
        DateTimeOffset? actual = Timestamp.TryParse(Encoding.UTF8.GetBytes(text), out var read) ? read : null;
        Assert.True(expected == actual && expected?.Offset == actual?.Offset, $"{text}: {expected:O} {actual:O}");
    }
}
