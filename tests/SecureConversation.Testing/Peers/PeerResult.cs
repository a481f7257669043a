namespace SecureConversation.Testing.Peers;

/// <summary>What a peer said about a command.</summary>
/// <param name="Ok">Whether it did what it was told.</param>
/// <param name="Lines">What it reported.</param>
/// <param name="Reason">Why not; empty when <paramref name="Ok"/>.</param>
public sealed record PeerResult(bool Ok, IReadOnlyList<PeerLine> Lines, string Reason)
{
    public IEnumerable<PeerLine> All(string word) => Lines.Where(line => line.Word == word);

    public PeerLine Single(string word) => All(word).Single();

    public override string ToString() => string.Join('\n', [.. Lines.Select(line => line.ToString()), Ok ? "ok" : "fail " + Reason]);
}

/// <summary>One line of a report: a word and named values.</summary>
public sealed record PeerLine(string Word, IReadOnlyDictionary<string, string> Values)
{
    public string this[string name] => Values[name];

    public byte[] Bytes(string name) => Convert.FromBase64String(Values[name]);

    public override string ToString() => $"{Word} {string.Join(' ', Values.Select(pair => $"{pair.Key}={pair.Value}"))}";

    internal static PeerLine Parse(string line)
    {
        var parts = line.Split('\t');
        return new PeerLine(parts[0], parts.Skip(1).Select(part => part.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
    }
}
