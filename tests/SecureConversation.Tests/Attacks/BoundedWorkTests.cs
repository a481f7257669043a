using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Testing.Hostile;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// A message costs no more than a multiple of its size, whatever its shape. Work is counted here, not timed; the command
/// <c>hostile</c> of the benchmarks measures time.
/// </summary>
public sealed class BoundedWorkTests
{
    private const int Size = 256 * 1024;
    private const int MaxBytesPerByte = 16;

    // Objects, certificates and keys of a message, whatever its size.
    private const int FixedBytes = 512 * 1024;

    // A body in clear, so that a message of a stranger is read up to its signature.
    private static ChannelProtectionRequirements ClearBody => ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign);

    public static TheoryData<HostileSender> Senders => new(Enum.GetValues<HostileSender>());

    public static TheoryData<string> Shapes => new(HostileShapes.All.Select(s => s.Name));

    [Theory]
    [MemberData(nameof(Senders))]
    public void Shape_TakesMemoryInProportionToItsSize(HostileSender sender)
    {
        using var scene = new HostileScene();
        var exceeded = new List<string>();
        foreach (var shape in HostileShapes.All)
        {
            if (scene.Create(sender, shape.Content(Size)) is not { } message)
            {
                continue;
            }

            scene.Receive(sender, message);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var outcome = scene.Receive(sender, message);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.NotEqual(FailureCode.Internal, outcome);
            if (allocated > ((long)message.Length * MaxBytesPerByte) + FixedBytes)
            {
                exceeded.Add($"{shape}: {allocated} bytes for {message.Length}");
            }
        }

        Assert.Empty(exceeded);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Canonicalization_OfTwiceTheSize_IsTwiceTheWork(string name)
    {
        var shape = HostileShapes.All.Single(s => s.Name == name);
        var (size, written, compared) = Work(shape.Content(Size / 2));
        var (larger, writtenByLarger, comparedByLarger) = Work(shape.Content(Size));
        Assert.InRange(written, 0, CanonicalBudget.Of(size));
        Assert.InRange(writtenByLarger, 0, CanonicalBudget.Of(larger));
        Assert.InRange(compared, 0, size * 16L);
        Assert.InRange(comparedByLarger, 0, larger * 16L);
        Assert.InRange(comparedByLarger, 0, (compared * 3) + FixedBytes);
    }

    /// <summary>110 KB that cost 0.9 GB and two seconds before canonical forms were bounded.</summary>
    [Theory]
    [InlineData(HostileSender.StrangerToService, true)]
    [InlineData(HostileSender.StrangerWithKeyToService, true)]
    [InlineData(HostileSender.StrangerWithKeyToService, false)]
    [InlineData(HostileSender.StrangerToClient, true)]
    [InlineData(HostileSender.ServiceToClient, true)]
    [InlineData(HostileSender.ServiceToClient, false)]
    public void LongNamespaceInManyElements_IsRefusedAtTheLimit(HostileSender sender, bool inSignedInfo)
    {
        var elements = string.Concat(Enumerable.Repeat("<p:a/>", 7000));
        var content = new HostileContent { Declarations = $"xmlns:p=\"urn:{new string('A', 64 * 1024)}\"" };
        content = inSignedInfo ? content with { SignedInfo = elements } : content with { Body = elements };
        using var scene = new HostileScene();
        var message = scene.Create(sender, content)!;
        Assert.Equal(FailureCode.LimitExceeded, scene.Receive(sender, message));
        var before = GC.GetAllocatedBytesForCurrentThread();
        scene.Receive(sender, message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, message.Length * 4);
    }

    [Fact]
    public async Task CanonicalLimit_LooksLikeAnyRefusalOnTheWire()
    {
        using var scene = await Scene.OpenAsync("mutualcert/sign-first/session", protection: ClearBody);
        using var request = scene.Request();
        var content = new HostileContent { Declarations = $"xmlns:p=\"{new string('A', 64 * 1024)}\"", SignedInfo = "<p:a/><p:a/>" };
        await scene.RefusedAsync(HostileMessage.OfStranger(request.Envelope).With(content), FailureCode.LimitExceeded);
        await scene.AcceptedAsync(request.Envelope);
    }

    [Fact]
    public async Task SignedInfo_BeyondItsLimit_IsRefused()
    {
        using var scene = await Scene.OpenAsync("mutualcert/sign-first/session", protection: ClearBody);
        using var request = scene.Request();
        var stranger = HostileMessage.OfStranger(request.Envelope);
        await scene.RefusedAsync(stranger.With(new() { SignedInfo = new string(' ', 92_000) }), FailureCode.SignatureMismatch);
        await scene.RefusedAsync(stranger.With(new() { SignedInfo = new string(' ', 100_000) }), FailureCode.LimitExceeded);
    }

    [Fact]
    public async Task SecurityHeader_BeyondItsLimit_IsRefused()
    {
        using var scene = await Scene.OpenAsync("mutualcert/sign-first/session", protection: ClearBody);
        using var request = scene.Request();
        var stranger = HostileMessage.OfStranger(request.Envelope);
        await scene.RefusedAsync(stranger.With(new() { Security = $"<!--{new string('x', 300_000)}-->" }), FailureCode.LimitExceeded);
    }

    /// <summary>An array as WCF serializes it: the prefix is declared on an element that does not use it itself.</summary>
    [Theory]
    [InlineData("http://schemas.microsoft.com/2003/10/Serialization/Arrays", "<b:int>1</b:int>")]
    [InlineData("http://schemas.datacontract.org/2004/07/Company.Product.Module.Contracts.DataTransferObjects.V1", "<b:Item i:nil=\"true\"/>")]
    [InlineData("http://schemas.datacontract.org/2004/07/Company.Product.Module.Contracts.DataTransferObjects.V1", "<b:I/>")]
    public async Task ManyShortElementsOfAnHonestNamespace_Pass(string uri, string element)
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        using var session = await loopback.OpenAsync();
        var body = $"<Echo xmlns=\"urn:e\"><a xmlns:b=\"{uri}\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">"
            + $"{string.Concat(Enumerable.Repeat(element, 50_000))}</a></Echo>";
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion, body));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    [Fact]
    public async Task Request_BeyondTheCanonicalLimit_IsAnErrorOfTheApplication()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        using var session = await loopback.OpenAsync();
        // The space in the tags is not canonical; content that is gets a list of its prefixes before it is canonicalized, and then is short.
        var body = $"<Echo xmlns=\"urn:e\" xmlns:p=\"{new string('A', 64 * 1024)}\">{string.Concat(Enumerable.Repeat("<p:a />", 7000))}</Echo>";
        var e = Assert.Throws<ArgumentException>(() => session.Secure(Loopback.Request(loopback.Binding.MessageVersion, body)));
        Assert.Contains("LimitExceeded: canonical form", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The size of the document, the canonical bytes and the bytes of namespaces compared, in the form that differs more often.</summary>
    private static (int Size, long Written, long Compared) Work(HostileContent content)
    {
        var text = $"<s:Envelope xmlns:s=\"{Forgery.Soap}\" {content.Declarations}><s:Header><h>{content.Header}{content.Security}{content.SignedInfo}</h></s:Header>"
            + $"<s:Body>{content.Body}</s:Body></s:Envelope>";
        using var index = Parse(Encoding.UTF8.GetBytes(text));
        if (index is null)
        {
            return (0, 0, 0);
        }

        using var sink = new DigestSink(System.Security.Cryptography.HashAlgorithmName.SHA1, CanonicalBudget.Of(index.Bytes.Length));
        var run = new CanonicalizerRun(index.Root, default, CanonicalForm.Recommendation, sink, withComments: false);
        try
        {
            run.Execute();
        }
        catch (Engine.Failures.SecurityFailureException e)
        {
            Assert.Equal(FailureCode.LimitExceeded, e.Code);
        }

        var compared = run.ComparedUriBytes;
        run.Dispose();
        return (index.Bytes.Length, sink.Spent, compared);
    }

    /// <summary>Null where the limits refuse the document, as those of names and of attributes do.</summary>
    private static XmlIndex? Parse(byte[] document)
    {
        try
        {
            return XmlIndex.Parse(document, XmlLimits.Default, new XmlName("Body", Forgery.Soap));
        }
        catch (Engine.Failures.SecurityFailureException)
        {
            return null;
        }
    }
}
