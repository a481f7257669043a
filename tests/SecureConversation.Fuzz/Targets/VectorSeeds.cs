using System.Text;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// Messages of recorded conversations as seeds: one for each shape, where the shape is the sequence of names of elements. Of equal shapes
/// the shortest stays.
/// </summary>
internal static class VectorSeeds
{
    private const int MaxBytes = 12 * 1024;
    private const int MaxSeeds = 40;

    /// <summary>As they came over the wire.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Wire() => Choose(m => m.ReadBytes());

    /// <summary>Decrypted.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Plain() => Choose(m => m.ReadPlain() ?? m.ReadBytes());

    private static IEnumerable<(string Name, byte[] Content)> Choose(Func<VectorMessage, byte[]> read)
    {
        var shapes = new SortedDictionary<string, (string Name, byte[] Content)>(StringComparer.Ordinal);
        foreach (var message in VectorArchive.LoadAll().SelectMany(v => v.Messages))
        {
            var content = read(message);
            if (content.Length > MaxBytes)
            {
                continue;
            }

            var shape = string.Join(' ', Encoding.UTF8.GetString(content).Split('<').Skip(1).Select(tag => tag.Split([' ', '>', '/', '\n'], 2)[0]).Distinct());
            if (!shapes.TryGetValue(shape, out var known) || content.Length < known.Content.Length)
            {
                shapes[shape] = (message.Name.Replace('/', '-'), content);
            }
        }

        // Spread over all of them, since neighbours differ in little.
        var all = shapes.Values.ToList();
        return all.Count <= MaxSeeds ? all : Enumerable.Range(0, MaxSeeds).Select(i => all[i * all.Count / MaxSeeds]);
    }
}
