using System.Buffers;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Refuses an Id that occurs twice. The Ids of a message are few and their number is bounded, so comparing each with all
/// earlier ones costs less than hashing them.
/// </summary>
internal sealed class UniqueIdCheck(int capacity) : IDisposable
{
    private readonly XmlId[] _ids = ArrayPool<XmlId>.Shared.Rent(capacity);
    private int _count;

    /// <exception cref="SecurityFailureException">The Id was added before.</exception>
    public void Add(XmlId? id)
    {
        if (id is not { } value)
        {
            return;
        }

        for (var i = 0; i < _count; i++)
        {
            if (_ids[i] == value)
            {
                Fail.With(FailureCode.DuplicateId);
            }
        }

        _ids[_count++] = value;
    }

    public void Dispose()
    {
        Array.Clear(_ids, 0, _count);
        ArrayPool<XmlId>.Shared.Return(_ids);
    }
}
