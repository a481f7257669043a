using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Endpoints with one certificate do not take messages that are addressed to another one of them.</summary>
public sealed class DestinationTests
{
    private static readonly MessageOrigin Here = new() { LocalAddress = Loopback.Address };
    private static readonly MessageOrigin Elsewhere = new() { LocalAddress = new Uri("http://localhost/other") };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("duplex/encrypt-first/single")]
    [InlineData("mutualcert-wss10//single")]
    [InlineData("username/sign-first/single")]
    [InlineData("anonymous//single")]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007/no-derived/session")]
    [InlineData("mutualcert/strong/session")]
    [InlineData("username/strong/single")]
    public async Task Request_ForAnotherEndpoint_GetsASecuredFault(string name)
    {
        foreach (var version in new[] { MessageVersion.Soap12WSAddressing10, MessageVersion.Soap11WSAddressingAugust2004 })
        {
            using var loopback = new Loopback(Bindings.Create(name, version: version));
            using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
            using var request = session?.Secure(Loopback.Request(version)) ?? loopback.Client.Secure(Loopback.Request(version), Loopback.Address);

            using var result = await loopback.Service.ReceiveAsync(request.Envelope, Elsewhere, Stop);
            var respond = Assert.IsType<ServiceResult.Respond>(result);
            Assert.Equal((FailureCode.DestinationUnreachable, ServiceResponseKind.Fault), (respond.Code, respond.Kind));
            using var reply = request.VerifyReply(respond.Envelope);
            Assert.True(reply.TryReadFault(out var fault));
            Assert.EndsWith("addressing}DestinationUnreachable", $"{fault.Subcode ?? fault.Code}", StringComparison.Ordinal);

            // At its own address the next one is taken.
            using var next = session?.Secure(Loopback.Request(version)) ?? loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
            using var taken = await loopback.Service.ReceiveAsync(next.Envelope, Here, Stop);
            Assert.IsType<ServiceResult.Dispatch>(taken);
        }
    }

    [Fact]
    public async Task Handshake_ForAnotherEndpoint_OpensNoSession()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"));
        using var opening = loopback.Client.StartSession(Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(opening.Envelope, Elsewhere, Stop);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.DestinationUnreachable, respond.Code);
        Assert.Equal(0, loopback.Service.SessionCount);
        var refused = Assert.Throws<SecureConversationException>(() => opening.Complete(respond.Envelope));
        Assert.Equal(FailureCode.PeerFault, refused.Code);
        Assert.Contains("DestinationUnreachable", $"{refused.Fault?.Subcode}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_ForAnotherEndpoint_EndsNoSession()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"));
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var cancel = session.StartCancel();
        using var misdirected = await loopback.Service.ReceiveAsync(cancel.Envelope, Elsewhere, Stop);
        Assert.Equal(FailureCode.DestinationUnreachable, Assert.IsType<ServiceResult.Respond>(misdirected).Code);
        Assert.Equal(1, loopback.Service.SessionCount);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, Here, Stop);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    /// <summary>As in WCF: an address that names no endpoint, and none at all, is for nobody.</summary>
    [Theory]
    [InlineData("<a:To s:mustUnderstand=\"1\">http://www.w3.org/2005/08/addressing/anonymous</a:To>")]
    [InlineData("<a:To s:mustUnderstand=\"1\">http://localhost/other</a:To>")]
    [InlineData("<a:To s:mustUnderstand=\"1\"/>")]
    [InlineData("<a:To s:mustUnderstand=\"1\">http://</a:To>")]
    public async Task To_OfNoEndpoint_IsRefused(string to)
    {
        using var scene = await Scene.OpenAsync("anonymous//single");
        var plain = Encoding.UTF8.GetString(Loopback.Request(scene.Version))
            .Replace($"<a:To s:mustUnderstand=\"1\">{Loopback.Address}</a:To>", to, StringComparison.Ordinal);
        using var request = scene.Loopback.Client.Secure(Encoding.UTF8.GetBytes(plain), Loopback.Address);
        using var result = await scene.Loopback.Service.ReceiveAsync(request.Envelope, Here, Stop);
        Assert.Equal(FailureCode.DestinationUnreachable, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task EachRequest_IsJudgedByItsOwnAddress()
    {
        using var scene = await Scene.OpenAsync("anonymous//single");
        foreach (var path in new[] { "echo", "other", "echo", "echo", "other", "other" })
        {
            var plain = Encoding.UTF8.GetString(Loopback.Request(scene.Version))
                .Replace($"{Loopback.Address}</a:To>", $"http://localhost/{path}</a:To>", StringComparison.Ordinal);
            using var request = scene.Loopback.Client.Secure(Encoding.UTF8.GetBytes(plain), Loopback.Address);
            using var result = await scene.Loopback.Service.ReceiveAsync(request.Envelope, Here, Stop);
            Assert.Equal(path == "echo", result is ServiceResult.Dispatch);
        }
    }

    [Fact]
    public async Task To_ThatIsMissing_IsRefused()
    {
        using var scene = await Scene.OpenAsync("anonymous//single");
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        var to = Forgery.Child(forged.Header, "To");
        var reference = forged.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(to));
        forged.SignedInfo.RemoveChild(reference);
        forged.Header.RemoveChild(to);
        forged.Resign();
        using var result = await scene.Loopback.Service.ReceiveAsync(forged.Seal(), Here, Stop);
        Assert.Equal(FailureCode.DestinationUnreachable, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>The address is compared only once it is known who wrote it.</summary>
    [Fact]
    public async Task To_ChangedOnTheWay_IsABadSignature()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var message = Forgery.Load(request.Envelope);
        Forgery.Child((System.Xml.XmlElement)message.DocumentElement!.FirstChild!, "To").InnerText = $"{Elsewhere.LocalAddress}";
        using var result = await scene.Loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(message.OuterXml), Elsewhere, Stop);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.DigestMismatch, respond.Code);
        Assert.Equal(Scene.UniformFault, Scene.WithoutRelation(respond.Envelope));
    }

    /// <summary>What the transport says of the host is what its sender says. A configured address is not.</summary>
    [Theory]
    [InlineData("http://localhost/echo", "Exact", true)]
    [InlineData("http://other.example.org/echo", "Exact", false)]
    [InlineData("http://other.example.org/echo", "IgnoringHost", true)]
    [InlineData("http://other.example.org:81/echo", "IgnoringHost", false)]
    [InlineData("https://other.example.org/echo/", "PathOnly", true)]
    [InlineData("https://other.example.org/other", "Any", true)]
    public async Task ConfiguredAddress_TakesThePlaceOfWhatTheTransportSays(string address, string filter, bool accepted)
    {
        var options = new MessageSecurityServiceOptions
        {
            Address = new Uri(address),
            AddressFilter = (AddressFilter)typeof(AddressFilter).GetProperty(filter)!.GetValue(null)!,
        };
        using var loopback = new Loopback(Bindings.Create("anonymous//single"), options: options);
        foreach (var origin in new[] { MessageOrigin.Unknown, Here, Elsewhere })
        {
            using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope, origin, Stop);
            Assert.Equal(accepted, result is ServiceResult.Dispatch);
        }
    }

    [Fact]
    public async Task AddressThatIsNotKnown_IsRefusedWhereItIsCompared()
    {
        foreach (var (filter, accepted) in new[] { (AddressFilter.IgnoringHost, false), (AddressFilter.Exact, false),
            (AddressFilter.PathOnly, false), (AddressFilter.Any, true), (AddressFilter.OneOf(Loopback.Address), true),
            (AddressFilter.OneOf(Elsewhere.LocalAddress!), false) })
        {
            using var loopback = new Loopback(Bindings.Create("anonymous//single"), options: new() { AddressFilter = filter });
            using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope, new MessageOrigin(), Stop);
            Assert.Equal(accepted, result is ServiceResult.Dispatch);

            // A host without addresses says so. What needs none of its own is compared all the same.
            using var next = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
            using var taken = await loopback.Service.ReceiveAsync(next.Envelope, MessageOrigin.Unknown, Stop);
            Assert.Equal(accepted || filter.ComparesWithOwn, taken is ServiceResult.Dispatch);
        }
    }

    [Fact]
    public async Task Address_WithNothingToCompare_IsAccepted()
    {
        using var unknown = new Loopback(Bindings.Create("anonymous//single"));
        using var request = unknown.Client.Secure(Loopback.Request(unknown.Binding.MessageVersion), Loopback.Address);
        using var result = await unknown.Service.ReceiveAsync(request.Envelope, MessageOrigin.Unknown, Stop);
        Assert.IsType<ServiceResult.Dispatch>(result);

        // Without WS-Addressing no message has an address.
        using var plain = new Loopback(Bindings.Create("anonymous//single", version: MessageVersion.Soap11));
        using var unaddressed = plain.Client.Secure(Loopback.Request(MessageVersion.Soap11), Loopback.Address);
        using var taken = await plain.Service.ReceiveAsync(unaddressed.Envelope, Elsewhere, Stop);
        Assert.IsType<ServiceResult.Dispatch>(taken);
    }

    [Fact]
    public void Address_ThatIsRelative_IsRefused() => Assert.Throws<ArgumentException>(() => new Loopback(
        Bindings.Create("anonymous//single"), options: new() { Address = new Uri("/echo", UriKind.Relative) }));
}
