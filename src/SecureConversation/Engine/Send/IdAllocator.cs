using System.Globalization;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>Hands out Ids that are unique in one message: the prefix with 0, 1 and so on, except those that the envelope has.</summary>
/// <exception cref="ArgumentException">The envelope has the same wsu:Id twice.</exception>
internal sealed class IdAllocator(SoapEnvelope envelope, string prefix = IdAllocator.Plain)
{
    private const string Plain = "_";

    private static readonly string[] Known = [.. Enumerable.Range(0, 64).Select(number => Format(Plain, number))];

    private readonly HashSet<string>? _taken = Taken(envelope);
    private int _next;

    public string Next()
    {
        string id;
        do
        {
            id = _next < Known.Length && prefix == Plain ? Known[_next] : Format(prefix, _next);
            _next++;
        }
        while (_taken?.Contains(id) == true);
        return id;
    }

    private static string Format(string prefix, int number) => prefix + number.ToString(CultureInfo.InvariantCulture);

    private static HashSet<string>? Taken(SoapEnvelope envelope)
    {
        HashSet<string>? ids = null;
        Add(envelope.BodyId);
        foreach (var block in envelope.Headers)
        {
            Add(block.Id);
        }

        return ids;

        void Add(XmlId? id)
        {
            if (id is { } value && !(ids ??= new(StringComparer.Ordinal)).Add(value.ToString()))
            {
                throw new ArgumentException($"The envelope carries the wsu:Id '{id}' twice.", nameof(envelope));
            }
        }
    }
}
