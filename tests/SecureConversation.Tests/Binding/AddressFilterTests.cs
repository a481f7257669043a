namespace SecureConversation.Tests.Binding;

/// <summary>Which a:To is the address of an endpoint.</summary>
public sealed class AddressFilterTests
{
    private const string Own = "http://example.org:8080/orders";

    private static readonly Dictionary<string, AddressFilter> Filters = new()
    {
        ["IgnoringHost"] = AddressFilter.IgnoringHost,
        ["Exact"] = AddressFilter.Exact,
        ["PathOnly"] = AddressFilter.PathOnly,
        ["Any"] = AddressFilter.Any,
        ["OneOf"] = AddressFilter.OneOf(new("https://public.example.org/api/orders"), new("urn:orders")),
    };

    [Theory]
    [InlineData(Own, "IgnoringHost Exact PathOnly Any")]
    [InlineData("http://example.org:8080/orders/", "IgnoringHost Exact PathOnly Any")]
    [InlineData("HTTP://EXAMPLE.ORG:8080/Orders", "IgnoringHost Exact PathOnly Any")]
    [InlineData("http://somebody@example.org:8080/orders?x=1#y", "IgnoringHost Exact PathOnly Any")]
    [InlineData("http://example.org:8080/orders?x=/../y", "IgnoringHost Exact PathOnly Any")]
    [InlineData("http://example.org:8080/a/../orders", "Any")]
    [InlineData("http://example.org:8080/./orders", "Any")]
    [InlineData("http://example.org:8080/a/%2e%2E/orders", "Any")]
    [InlineData("http://example.org:8080/a/%252e./orders", "Any")]
    [InlineData("http://example.org:8080/a%2F..%5Corders", "Any")]
    [InlineData("http://example.org:8080/a%3F/%2e%2e/../orders", "Any")]
    [InlineData("https://public.example.org/x/../api/orders", "Any")]
    [InlineData("http://example.org:8080/%6Frders", "IgnoringHost Exact PathOnly Any")]
    [InlineData("http://10.0.0.1:8080/orders", "IgnoringHost PathOnly Any")]
    [InlineData("http://example.org/orders", "PathOnly Any")]
    [InlineData("https://example.org:8080/orders", "PathOnly Any")]
    [InlineData("http://example.org:8080/orders/more", "Any")]
    [InlineData("http://example.org:8080/order", "Any")]
    [InlineData("http://example.org:8080/orders%2F", "Any")]
    [InlineData("http://example.org:8080/", "Any")]
    [InlineData("http://www.w3.org/2005/08/addressing/anonymous", "Any")]
    [InlineData("/orders", "Any")]
    [InlineData(null, "Any")]
    [InlineData("https://PUBLIC.example.org/api/orders/", "Any OneOf")]
    [InlineData("urn:orders", "Any OneOf")]
    [InlineData("urn:orders:more", "Any")]
    public void To_IsComparedAsTheFilterSays(string? to, string accepting)
    {
        var uri = to is null ? null : new Uri(to, UriKind.RelativeOrAbsolute);
        var accepted = Filters.Where(f => f.Value.Accepts(uri, new Uri(Own))).Select(f => f.Key);
        Assert.Equal(accepting.Split(' '), accepted);
    }

    [Fact]
    public void UnknownAddress_IsEqualToNone()
    {
        var accepted = Filters.Where(f => f.Value.Accepts(new Uri(Own), null)).Select(f => f.Key);
        Assert.Equal(["Any"], accepted);
    }

    [Theory]
    [InlineData("http://example.org:8080/two/../orders")]
    [InlineData("http://example.org:8080/two/%2e%2e/orders")]
    [InlineData("http://example.org:8080/two/%252e%252e/orders")]
    public void OwnAddress_WithDotSegments_IsEqualToNone(string own)
    {
        var accepted = Filters.Where(f => f.Value.Accepts(new Uri(Own), new Uri(own))).Select(f => f.Key);
        Assert.Equal(["Any"], accepted);
    }

    [Fact]
    public void OneOf_NeedsAbsoluteAddresses()
    {
        Assert.Throws<ArgumentException>(() => AddressFilter.OneOf());
        Assert.Throws<ArgumentException>(() => AddressFilter.OneOf(new Uri("/orders", UriKind.Relative)));
        Assert.Equal("OneOf(http://example.org:8080/orders)", AddressFilter.OneOf(new Uri(Own)).ToString());
    }
}
