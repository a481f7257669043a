using System.Globalization;
using System.Text;

namespace SecureConversation.Fuzz;

/// <summary>
/// Makes inputs out of inputs, without looking at coverage. The same seed makes the same inputs, so that a bounded run in CI is
/// repeatable.
/// </summary>
/// <param name="seed">Chooses the mutations.</param>
/// <param name="inputs">The corpus. At least one.</param>
/// <param name="tokens">The dictionary.</param>
public sealed class Mutation(int seed, IReadOnlyList<byte[]> inputs, IReadOnlyList<byte[]> tokens)
{
    /// <summary>Inputs are kept below this many octets.</summary>
    public const int MaxLength = 32 * 1024;

    private readonly Random _random = new(seed);

    /// <summary>The tokens of <c>messages.dict</c> beside the program, which is in the format of AFL++.</summary>
    public static IReadOnlyList<byte[]> Dictionary { get; } = ReadDictionary(Path.Combine(AppContext.BaseDirectory, "messages.dict"));

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var bytes = new List<byte>(inputs[_random.Next(inputs.Count)]);
        for (var i = 1 + _random.Next(4); i > 0; i--)
        {
            Change(bytes);
        }

        return bytes.Count <= MaxLength ? [.. bytes] : [.. bytes[..MaxLength]];
    }

    private void Change(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        var length = Math.Min(_random.Next(_random.Next(8) == 0 ? 600 : 24), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, Token());
                break;
            case 5:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Token());
                break;
            case 6:
                // From another input, so that parts of one kind of message come into another.
                var other = inputs[_random.Next(inputs.Count)];
                var from = _random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(_random.Next(200), other.Length - from)).ToArray());
                break;
            default:
                MoveElement(bytes);
                break;
        }
    }

    /// <summary>Repeats, removes or moves what stands between two angle brackets: tags, or an element with its content.</summary>
    private void MoveElement(List<byte> bytes)
    {
        var start = bytes.IndexOf((byte)'<', _random.Next(bytes.Count + 1));
        var end = start < 0 ? -1 : bytes.IndexOf((byte)'>', start + _random.Next(Math.Min(400, bytes.Count - start)));
        if (end < 0)
        {
            return;
        }

        var range = bytes.GetRange(start, end + 1 - start);
        if (_random.Next(3) != 0)
        {
            bytes.RemoveRange(start, range.Count);
        }

        if (_random.Next(3) != 0)
        {
            var to = bytes.IndexOf((byte)'<', _random.Next(bytes.Count + 1));
            bytes.InsertRange(Math.Max(to, 0), range);
        }
    }

    private byte[] Token() => tokens.Count == 0 ? [(byte)_random.Next(256)] : tokens[_random.Next(tokens.Count)];

    private static List<byte[]> ReadDictionary(string file)
    {
        var tokens = new List<byte[]>();
        foreach (var line in File.ReadLines(file))
        {
            var open = line.IndexOf('"', StringComparison.Ordinal);
            if (open >= 0 && !line.StartsWith('#'))
            {
                tokens.Add(Unescape(line[(open + 1)..line.LastIndexOf('"')]));
            }
        }

        return tokens;
    }

    /// <summary>AFL++ knows \xNN, \\ and \".</summary>
    private static byte[] Unescape(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            }
            else if (text[++i] == 'x')
            {
                bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return [.. bytes];
    }
}
