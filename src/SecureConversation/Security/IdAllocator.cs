using System.Globalization;

namespace SecureConversation.Security;

/// <summary>Ids that are unique in one message: <c>_0</c>, <c>_1</c>, ..., leaving out those that the envelope brought along.</summary>
internal sealed class IdAllocator(SoapEnvelope envelope)
{
    private readonly HashSet<string> _taken = Taken(envelope);
    private int _next;

    public string Next()
    {
        string id;
        do
        {
            id = "_" + (_next++).ToString(CultureInfo.InvariantCulture);
        }
        while (_taken.Contains(id));
        return id;
    }

    private static HashSet<string> Taken(SoapEnvelope envelope)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        Add(envelope.BodyId);
        foreach (var block in envelope.Headers)
        {
            Add(block.Id);
        }

        return ids;

        void Add(string? id)
        {
            if (id is not null && !ids.Add(id))
            {
                throw new ArgumentException($"The envelope carries the wsu:Id '{id}' twice.", nameof(envelope));
            }
        }
    }
}
