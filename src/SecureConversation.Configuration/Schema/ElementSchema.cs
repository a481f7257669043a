using System.Collections.Immutable;

namespace SecureConversation.Configuration.Schema;

/// <summary>An element of WCF's schema, or one of ours.</summary>
internal sealed record ElementSchema(string Name)
{
    public ImmutableArray<AttributeSchema> Attributes { get; init; } = [];

    /// <summary>The children. A function, because elements hold elements of their own kind (issuers have bindings).</summary>
    public Func<ImmutableArray<ElementSchema>> Children { get; init; } = () => [];

    /// <summary>Whether children with a key may repeat: they are items that <c>clear</c> and <c>remove</c> take out.</summary>
    public bool IsCollection { get; init; }

    /// <summary>Whether all children may repeat.</summary>
    public bool IsList { get; init; }

    /// <summary>The attributes that tell items of a collection apart; empty where items are only listed.</summary>
    public ImmutableArray<string> Key { get; init; } = [];

    /// <summary>Whether items of files further out with the same key are merged with this one (behaviors) and not replaced.</summary>
    public bool IsMerged { get; init; }

    /// <summary>Whether the children are any XML.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Why the element cannot be honoured; empty where it can.</summary>
    public string Reason { get; private init; } = "";

    public string Remedy { get; private init; } = "";

    /// <summary>Whether that harms nothing.</summary>
    public bool IsNote { get; private init; }

    public ElementSchema With(params AttributeSchema[] attributes) => this with { Attributes = [.. Attributes, .. attributes] };

    public ElementSchema With(Func<ImmutableArray<ElementSchema>> children)
    {
        var before = Children;
        return this with { Children = () => [.. before(), .. children()] };
    }

    public ElementSchema WithItems(ElementSchema item, params string[] key) =>
        this with { IsCollection = true, Children = () => [item with { Key = [.. key] }] };

    /// <summary>The element is an error wherever it stands, whatever it holds.</summary>
    public ElementSchema Refused(string reason, string remedy) => this with { IsRaw = true, Reason = reason, Remedy = remedy };

    /// <summary>The element is a note wherever it stands.</summary>
    public ElementSchema Ignored(string reason) =>
        this with { IsRaw = true, Reason = reason, Remedy = "Remove it, or leave it.", IsNote = true };
}
