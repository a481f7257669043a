using System.Buffers.Text;
using System.Globalization;
using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// wsu:Timestamp (WS-Security 1.1 section 10).
/// <code>
/// u:Timestamp [@u:Id]
///   u:Created                                  required
///   u:Expires?                                 after Created; WCF writes Created + TimestampValidityDuration
/// </code>
/// Other children, another order and text are refused, and more attributes than an Id and a type: its digest is computed before a message
/// is remembered, so it costs little.
/// </summary>
internal readonly record struct Timestamp(DateTimeOffset Created, DateTimeOffset? Expires)
{
    // WCF's takes 250.
    private const int MaxBytes = 4 * 1024;
    private const int MaxAttributes = 2;

    // "2026-01-02T03:04:05.678Z", as WCF and this library write it. The round-trip format of the platform has four digits more.
    private const int UsualLength = 24;
    private const int RoundTripLength = 28;

    private static readonly string[] Formats =
    [
        "yyyy-MM-ddTHH:mm:ss.fffZ", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    ];

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static Timestamp Read(XmlElement element)
    {
        if (element.End - element.Start > MaxBytes || element.AttributeCount > MaxAttributes)
        {
            Fail.With(FailureCode.LimitExceeded, "wsu:Timestamp", FailureText.Of(element.End - element.Start, "bytes"),
                FailureText.AtMost(MaxBytes));
        }

        var created = element.FirstChild;
        if (created.IsNull || !created.Is(Wsu.Created) || element.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsu:Timestamp");
        }

        var expires = created.NextSibling;
        if (!expires.IsNull && (!expires.Is(Wsu.Expires) || !expires.NextSibling.IsNull))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsu:Timestamp");
        }

        return new Timestamp(ReadInstant(created), expires.IsNull ? null : ReadInstant(expires));
    }

    /// <summary>
    /// Requires that now lies between Created and Expires, give or take the clock skew (WS-Security 1.1 section 10), and that
    /// the message is not older than ReplayWindow + MaxClockSkew, as WCF does.
    /// </summary>
    public void RequireFresh(DateTimeOffset now, TimeSpan replayWindow, TimeSpan clockSkew)
    {
        if (Expires is { } expires)
        {
            if (expires <= Created)
            {
                Fail.With(FailureCode.MalformedSecurityElement, "wsu:Expires before wsu:Created", Describe());
            }

            if (expires + clockSkew <= now)
            {
                Fail.With(FailureCode.Expired, "wsu:Expires", Describe(), Expectation(now, clockSkew));
            }
        }

        if (Created - clockSkew >= now)
        {
            Fail.With(FailureCode.NotYetValid, "wsu:Created", Describe(), Expectation(now, clockSkew));
        }

        if (Created + replayWindow + clockSkew <= now)
        {
            Fail.With(FailureCode.Stale, "wsu:Created", Describe(), $"{Expectation(now, clockSkew)}, ReplayWindow {replayWindow}");
        }
    }

    /// <summary>Writes an xsd:dateTime in UTC with milliseconds, as WCF does.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>The same, as octets.</summary>
    public static void Write(PooledBytes output, DateTimeOffset instant)
    {
        var span = output.GetSpan(RoundTripLength);
        instant.UtcDateTime.TryFormat(span, out _, "O", CultureInfo.InvariantCulture);
        span[UsualLength - 1] = (byte)'Z';
        output.Advance(UsualLength);
    }

    /// <summary>Reads an xsd:dateTime with up to seven digits of a second. Without a zone it is UTC (WS-Security 1.1 section 10).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        text = text.Trim(" \t\r\n"u8);
        if (TryParseUsual(text, out instant))
        {
            return instant.Year is > 1 and < 9999;
        }

        Span<char> chars = stackalloc char[40];
        return text.Length is >= 19 and <= 40
            && text[10] == (byte)'T'
            && Encoding.ASCII.TryGetChars(text, chars, out var length)
            && DateTimeOffset.TryParseExact(chars[..length], Formats, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant)
            && instant.Year is > 1 and < 9999;
    }

    /// <summary>Reads the form that WCF writes, without a string. All else is read as any other form.</summary>
    private static bool TryParseUsual(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        instant = default;
        if (text.Length != UsualLength || text[^1] != (byte)'Z')
        {
            return false;
        }

        Span<byte> roundTrip = stackalloc byte[RoundTripLength];
        text[..^1].CopyTo(roundTrip);
        "0000Z"u8.CopyTo(roundTrip[(UsualLength - 1)..]);
        return Utf8Parser.TryParse(roundTrip, out instant, out var read, 'O') && read == RoundTripLength;
    }

    private string Describe() => Expires is { } expires
        ? $"Created {FailureText.Instant(Created)}, Expires {FailureText.Instant(expires)}"
        : $"Created {FailureText.Instant(Created)}";

    private static string Expectation(DateTimeOffset now, TimeSpan clockSkew) =>
        $"a time that fits the clock here, {FailureText.Instant(now)}, with MaxClockSkew {clockSkew}";

    private static DateTimeOffset ReadInstant(XmlElement element) =>
        element.FirstChild.IsNull && element.AttributeCount <= MaxAttributes && TryParse(element.RawText, out var instant)
            ? instant
            : Fail.With<DateTimeOffset>(FailureCode.MalformedSecurityElement, "xsd:dateTime");
}
