namespace SecureConversation.Engine.Quota;

/// <summary>
/// Those who wait. They come in turn by network, among those of one network by owner, and among those of one owner by their arrival.
/// Not safe for concurrent use.
/// </summary>
/// <typeparam name="T">What waits.</typeparam>
internal sealed class WaitingLine<T>
{
    private readonly Party _all = new(null, "");

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one at the end of the line of its owner.</summary>
    public Place Add(Owner owner, T waiting)
    {
        Count++;
        var party = _all.Member(owner.Network ?? owner.Name).Member(owner.Name);
        party.Owner = owner;
        return new Place(party, party.Waiting.AddLast(waiting));
    }

    /// <summary>Takes one out of the line who gave up; false when he is not in it any more.</summary>
    public bool Remove(Place place)
    {
        if (place.Node.List is null)
        {
            return false;
        }

        Count--;
        place.Party.Waiting.Remove(place.Node);
        place.Party.LeaveIfEmpty();
        return true;
    }

    /// <summary>Takes the next one out of the line.</summary>
    public bool TryTakeNext(out T next)
    {
        if (Count == 0)
        {
            next = default!;
            return false;
        }

        var party = _all;
        while (party.TryTurn() is { } member)
        {
            party = member;
        }

        return TakeFirst(party, out next);
    }

    /// <summary>
    /// Takes the next one out of the line whose owner may go on. Those who may not keep their places; the others go to the end.
    /// </summary>
    public bool TryTakeNext(Func<Owner, bool> mayGoOn, out T next)
    {
        if (_all.FindTurn(mayGoOn) is { } party)
        {
            return TakeFirst(party, out next);
        }

        next = default!;
        return false;
    }

    private bool TakeFirst(Party party, out T next)
    {
        var first = party.Waiting.First!;
        next = first.Value;
        return Remove(new Place(party, first));
    }

    /// <summary>Where somebody waits.</summary>
    internal readonly record struct Place(Party Party, LinkedListNode<T> Node);

    /// <summary>All of a network, or all of an owner.</summary>
    internal sealed class Party(Party? parent, string name)
    {
        private readonly Dictionary<string, LinkedListNode<Party>> _members = new(StringComparer.Ordinal);
        private readonly LinkedList<Party> _order = new();

        public LinkedList<T> Waiting { get; } = new();

        /// <summary>Who waits, where it is one owner.</summary>
        public Owner Owner { get; set; }

        public Party Member(string member)
        {
            if (!_members.TryGetValue(member, out var node))
            {
                _members[member] = node = _order.AddLast(new Party(this, member));
            }

            return node.Value;
        }

        /// <summary>The member whose turn it is, who then goes to the end; null when there are none.</summary>
        public Party? TryTurn()
        {
            if (_order.First is not { } first)
            {
                return null;
            }

            _order.RemoveFirst();
            _order.AddLast(first);
            return first.Value;
        }

        /// <summary>The next owner whose turn it is and who may go on; null when there is none.</summary>
        public Party? FindTurn(Func<Owner, bool> mayGoOn)
        {
            if (Waiting.Count > 0)
            {
                return mayGoOn(Owner) ? this : null;
            }

            for (var member = _order.First; member is not null; member = member.Next)
            {
                if (member.Value.FindTurn(mayGoOn) is { } found)
                {
                    _order.Remove(member);
                    _order.AddLast(member);
                    return found;
                }
            }

            return null;
        }

        public void LeaveIfEmpty()
        {
            if (parent is not null && Waiting.Count == 0 && _members.Count == 0)
            {
                parent._members.Remove(name, out var node);
                parent._order.Remove(node!);
                parent.LeaveIfEmpty();
            }
        }
    }
}
