using System.Buffers;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Refuses an Id that occurs twice. The Ids of a message are few and bounded, so each is compared with all before it:
/// that costs less than hashing them.
/// </summary>
internal sealed class UniqueIdCheck(int capacity) : IDisposable
{
    private readonly XmlId[] _ids = ArrayPool<XmlId>.Shared.Rent(capacity);
    private int _count;

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
