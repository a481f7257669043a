using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Tests.Surface;
using static SecureConversation.Tests.Roles.Renewals;

namespace SecureConversation.Tests.Roles;

/// <summary>Sessions whose keys are renewed, between our own roles and by a clock that stands still.</summary>
public sealed class RenewalTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Rollover = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Sessions => [.. Bindings.Names.Concat(Bindings.BoundNames).Concat(Bindings.NamesWithoutTimestamp)
        .Where(name => name.EndsWith("/session", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Session_RenewedTwice_GoesOnUnderEachBinding(string binding)
    {
        using var loop = new Loopback(With(Bindings.Create(binding), Life, Rollover), Observation.Today);
        using var session = await loop.OpenAsync();
        var id = session.Id;
        var served = await CallAsync(loop, session);
        served.Items["order"] = 1;
        for (var i = 0; i < 2; i++)
        {
            await RenewAsync(loop, session);
            Assert.Same(served, await CallAsync(loop, session));
        }

        Assert.Equal((id, id, 1), (session.Id, served.Id, served.Items["order"]));
        Assert.Equal(1, loop.Service.SessionCount);
        using var cancel = session.StartCancel();
        using var result = await loop.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        Assert.Equal(0, loop.Service.SessionCount);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007//session")]
    [InlineData("mutualcert/no-derived/session")]
    public async Task MessageUnderTheOldKey_WithinTheRollover_IsAnsweredUnderTheNewOne(string binding)
    {
        var clock = Observation.Today;
        using var loop = new Loopback(With(Bindings.Create(binding), Life, Rollover), clock);
        using var session = await loop.OpenAsync();
        using var before = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        await RenewAsync(loop, session);
        using var early = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        var served = await CallAsync(loop, session);
        clock.Advance(Rollover - TimeSpan.FromSeconds(1));
        Assert.Same(served, await ReplyAsync(loop, before));
        Assert.Same(served, await ReplyAsync(loop, early));
        Assert.Equal(served.Keys.Current.Instance, session.Keys.Current.Instance);
        Assert.NotNull(session.Keys.Current.Instance);
    }

    /// <summary>The recorded fault is of February 2005, whatever the version of the binding.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007//session")]
    public async Task MessageUnderTheOldKey_AfterTheRollover_IsOfNoKnownKey(string binding)
    {
        var clock = Observation.Today;
        using var loop = new Loopback(With(Bindings.Create(binding), Life, Rollover), clock);
        using var session = await loop.OpenAsync();
        using var before = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        await RenewAsync(loop, session);
        await CallAsync(loop, session);
        clock.Advance(Rollover);
        using var result = await loop.Service.ReceiveAsync(before.Envelope);
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        var e = Assert.Throws<SecureConversationException>(() => before.VerifyReply(refused.Envelope));
        Assert.Equal((FailureCode.KeyInstanceUnknown, "{http://schemas.xmlsoap.org/ws/2005/02/sc}BadContextToken", false),
            (refused.Code, e.Fault!.Subcode, e.Fault.IsSecured));
        await CallAsync(loop, session);
    }

    /// <summary>A service that has another rollover may answer under the old key a request that came under the new one.</summary>
    [Theory]
    [InlineData(0, FailureCode.None)]
    [InlineData(119, FailureCode.None)]
    [InlineData(120, FailureCode.UnknownContext)]
    public async Task ReplyUnderTheOldKey_IsAcceptedForTheRollover(int seconds, FailureCode expected)
    {
        var clock = Observation.Today;
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life, Rollover), clock);
        using var session = await loop.OpenAsync();
        await RenewAsync(loop, session);
        var served = await CallAsync(loop, session);
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        clock.Advance(TimeSpan.FromSeconds(seconds));
        var messages = new EndpointMessages(loop.Binding).Application;
        var securer = new MessageSecurer(messages.ForReply("urn:e/EchoResponse", "urn:e/Echo"), clock, Life, RandomSource.System, XmlLimits.Default);
        using var asked = SoapEnvelope.Parse(request.Envelope, messages.Soap, XmlLimits.Default);
        using var plain = SoapEnvelope.Parse(Loopback.Reply(loop.Binding.MessageVersion), messages.Soap, XmlLimits.Default);
        using var reply = securer.Secure(plain, new SenderToken.Context(served.Keys.Previous!.SendKeys), new SenderExtras
        {
            RelatesTo = asked.FindText(messages.Soap.MessageId),
        });
        var code = FailureCode.None;
        try
        {
            using var verified = request.VerifyReply(reply.Memory);
        }
        catch (SecureConversationException e)
        {
            code = e.Code;
        }

        Assert.Equal(expected, code);
    }

    /// <summary>Before the first message under the new key the service has the old one: it is answered under that.</summary>
    [Fact]
    public async Task RenewedKey_ThatWasNotUsed_ChangesNothingAtTheService()
    {
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life), Observation.Today);
        using var session = await loop.OpenAsync();
        using var before = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        await RenewAsync(loop, session);
        var served = await ReplyAsync(loop, before);
        Assert.Null(served.Keys.Current.Instance);
        Assert.Single(served.Keys.Pending);
        await CallAsync(loop, session);
        Assert.NotNull(served.Keys.Current.Instance);
        Assert.Empty(served.Keys.Pending);
    }

    [Theory]
    [InlineData("mutualcert//session", "http://schemas.xmlsoap.org/ws/2005/02/sc")]
    [InlineData("mutualcert-2007//session", "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512")]
    public async Task ExpiredKey_IsAnsweredBySecuredRenewNeededAndCanBeRenewed(string binding, string ns)
    {
        var clock = Observation.Today;
        using var loop = new Loopback(With(Bindings.Create(binding), Life), clock);
        using var session = await loop.OpenAsync();
        clock.Advance(Life + TimeSpan.FromSeconds(1));
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.ContextKeyExpired, refused.Code);
        using (var verified = request.VerifyReply(refused.Envelope))
        {
            var fault = verified.ReadFault()!;
            Assert.Equal(($"{{{ns}}}RenewNeeded", true), (fault.Subcode, fault.IsSecured));
            Assert.Equal(SecureConversationFailure.RenewNeeded, new SecureConversationException(fault).Failure);
            Assert.Equal(SecureConversationFailure.BadContextToken, new SecureConversationException(fault with { IsSecured = false }).Failure);
        }

        Assert.True(session.IsRenewalDue);
        await RenewAsync(loop, session);
        Assert.False(session.IsRenewalDue);
        await CallAsync(loop, session);
    }

    /// <summary>Nobody learns that a key has expired but who holds it.</summary>
    [Fact]
    public async Task ForgedMessage_UnderAnExpiredKey_GetsTheFaultOfForgeries()
    {
        var clock = Observation.Today;
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life), clock);
        using var session = await loop.OpenAsync();
        clock.Advance(Life + TimeSpan.FromSeconds(1));
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        var forged = request.Envelope.ToArray();
        var at = forged.AsSpan().LastIndexOf("</e:CipherValue>"u8) - 8;
        forged[at] = forged[at] == (byte)'A' ? (byte)'B' : (byte)'A';
        using var result = await loop.Service.ReceiveAsync(forged);
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.NotEqual(FailureCode.ContextKeyExpired, refused.Code);
        Assert.Equal(Attacks.Scene.UniformFault, Attacks.Scene.WithoutRelation(refused.Envelope));
    }

    [Fact]
    public async Task SessionThatMayNotBeRenewed_EndsWithItsKey()
    {
        var clock = Observation.Today;
        var binding = Bindings.Create("mutualcert//session");
        using var loop = new Loopback(With(binding, Life, canRenew: false), clock);
        using var session = await loop.OpenAsync();
        clock.Advance(Life);
        Assert.Equal((false, false), (session.CanRenew, session.IsRenewalDue));
        Assert.Throws<InvalidOperationException>(session.StartRenewal);
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        var e = Assert.Throws<SecureConversationException>(() => request.VerifyReply(Assert.IsType<ServiceResult.Respond>(result).Envelope));
        Assert.Equal((FailureCode.ContextKeyExpired, SecureConversationFailure.BadContextToken, false),
            (((ServiceResult.Respond)result).Code, e.Failure, e.Fault!.IsSecured));
    }

    /// <summary>The client thinks it may, the service does not renew.</summary>
    [Fact]
    public async Task Renewal_AtAServiceThatDoesNotRenew_IsRefused()
    {
        var binding = Bindings.Create("mutualcert//session");
        using var loop = new Loopback(With(binding, Life, canRenew: false));
        var client = new MessageSecurityClient(With(binding, Life), Loopback.ClientCredentials);
        using var opening = client.StartSession(Loopback.Address);
        using var opened = await loop.Service.ReceiveAsync(opening.Envelope);
        using var session = opening.Complete(((ServiceResult.Respond)opened).Envelope);
        using var renewal = session.StartRenewal();
        using var result = await loop.Service.ReceiveAsync(renewal.Envelope);
        Assert.Equal(FailureCode.RenewalNotOffered, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Throws<SecureConversationException>(() => renewal.Receive(((ServiceResult.Respond)result).Envelope));
        await CallAsync(loop, session);
    }

    [Fact]
    public async Task SessionWithoutCancel_IsNotRenewed()
    {
        var element = (SymmetricSecurityBindingElement)Bindings.Create("mutualcert//session").Element;
        var token = (SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters!;
        using var loop = new Loopback(MessageSecurityBinding.Create(element with { ProtectionTokenParameters = token with { RequireCancellation = false } }));
        using var session = await loop.OpenAsync();
        Assert.False(session.CanRenew);
    }

    [Theory]
    [InlineData(10, 180)]
    [InlineData(1, 60)]
    public async Task Renewal_IsDueAfterThreeFifthsOfTheValidityOrTheInterval(int intervalMinutes, int seconds)
    {
        var clock = Observation.Today;
        var binding = With(Bindings.Create("mutualcert//session"), Life);
        using var loop = new Loopback(MessageSecurityBinding.Create(binding.Element with
        {
            LocalClientSettings = binding.Element.LocalClientSettings with { SessionKeyRenewalInterval = TimeSpan.FromMinutes(intervalMinutes) },
        }), clock);
        using var session = await loop.OpenAsync();
        for (var i = 0; i < 2; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(session.IsRenewalDue);
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(session.IsRenewalDue);
            await RenewAsync(loop, session);
            await CallAsync(loop, session);
        }
    }

    /// <summary>The clock of the client is an hour behind: its keys live as long as the service says.</summary>
    [Fact]
    public async Task Renewal_IsDueByTheValidityAndNotByTheClockOfTheService()
    {
        var binding = With(Bindings.Create("anonymous//session"), Life);
        binding = MessageSecurityBinding.Create(binding.Element with { LocalServiceSettings = binding.Element.LocalServiceSettings with { MaxClockSkew = TimeSpan.FromHours(2) } });
        binding = MessageSecurityBinding.Create(Renewals.Bootstrap(binding, b => b with
        {
            LocalServiceSettings = b.LocalServiceSettings with { MaxClockSkew = TimeSpan.FromHours(2) },
            LocalClientSettings = b.LocalClientSettings with { MaxClockSkew = TimeSpan.FromHours(2) },
        }));
        var (behind, ahead) = (Observation.Today, Observation.Today);
        ahead.Advance(TimeSpan.FromHours(1));
        using var service = new Loopback(binding, ahead);
        using var client = new Loopback(binding, behind);
        using var opening = client.Client.StartSession(Loopback.Address);
        using var opened = await service.Service.ReceiveAsync(opening.Envelope);
        using var session = opening.Complete(((ServiceResult.Respond)opened).Envelope);
        behind.Advance(TimeSpan.FromSeconds(179));
        Assert.False(session.IsRenewalDue);
        behind.Advance(TimeSpan.FromSeconds(1));
        Assert.True(session.IsRenewalDue);
    }

    /// <summary>WCF: a key that the service never saw in use endorses no renewal. The session lives on with it.</summary>
    [Fact]
    public async Task Renewal_EndorsedByAKeyThatWasNeverUsed_IsRefusedUntilItIsUsed()
    {
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life), Observation.Today);
        using var session = await loop.OpenAsync();
        await CallAsync(loop, session);
        await RenewAsync(loop, session);
        using (var renewal = session.StartRenewal())
        {
            await RefusedAsync(loop, renewal, FailureCode.RenewalRefused);
        }

        await CallAsync(loop, session);
        await RenewAsync(loop, session);
        await CallAsync(loop, session);
    }

    [Fact]
    public async Task Cancel_UnderAPendingOrAnExpiredKey_IsTaken()
    {
        var clock = Observation.Today;
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life), clock);
        foreach (var after in new[] { TimeSpan.Zero, Life * 2 })
        {
            using var session = await loop.OpenAsync();
            await RenewAsync(loop, session);
            clock.Advance(after);
            using var cancel = session.StartCancel();
            using var result = await loop.Service.ReceiveAsync(cancel.Envelope);
            cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
            Assert.Equal(0, loop.Service.SessionCount);
        }
    }

    /// <summary>Five keys may be issued and not used; those that expired make room for others.</summary>
    [Fact]
    public async Task UnusedKeys_AreLimitedForEachSession()
    {
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life), Observation.Today);
        using var session = await loop.OpenAsync();
        using var sixth = session.StartRenewal();
        for (var i = 0; i < 5; i++)
        {
            using var renewal = session.StartRenewal();
            Assert.Equal(FailureCode.None, await CodeAsync(loop, renewal.Envelope));
        }

        await RefusedAsync(loop, sixth, FailureCode.RenewalRefused);
        await CallAsync(loop, session);
    }

    /// <summary>Two renewals end one after the other: the first counts, and the key of the other is dropped on both sides.</summary>
    [Fact]
    public async Task TwoRenewalsAtOnce_TheFirstCounts()
    {
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life), Observation.Today);
        using var session = await loop.OpenAsync();
        using var one = session.StartRenewal();
        using var two = session.StartRenewal();
        using var first = await loop.Service.ReceiveAsync(one.Envelope);
        using var second = await loop.Service.ReceiveAsync(two.Envelope);
        one.Complete(((ServiceResult.Respond)first).Envelope);
        var instance = session.Keys.Current.Instance;
        Assert.Same(session, two.Complete(((ServiceResult.Respond)second).Envelope));
        Assert.Equal(instance, session.Keys.Current.Instance);
        var served = await CallAsync(loop, session);
        Assert.Empty(served.Keys.Pending);
        await RenewAsync(loop, session);
        await CallAsync(loop, session);
    }

    [Fact]
    public async Task Renewal_OfAClosedSession_IsAMistakeOfTheCaller()
    {
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), Life));
        var session = await loop.OpenAsync();
        using var renewal = session.StartRenewal();
        using var result = await loop.Service.ReceiveAsync(renewal.Envelope);
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => renewal.Receive(((ServiceResult.Respond)result).Envelope));
        Assert.Throws<ObjectDisposedException>(session.StartRenewal);
    }

    /// <summary>
    /// Calls on four threads while a fifth renews, as often as the rollover allows: when no call under the key before the last is under way.
    /// No call is lost, and no key is used after it was zeroed.
    /// </summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("anonymous/no-derived/session")]
    public async Task CallsDuringRenewals_AllComeThrough(string binding)
    {
        using var loop = new Loopback(With(Bindings.Create(binding), Life));
        using var session = await loop.OpenAsync();
        await CallAsync(loop, session);
        var (calls, renewals) = (new int[4], 0);
        var callers = calls.Select((_, caller) => Task.Run(async () =>
        {
            // A busy machine may give the fifth thread no turn for a while.
            for (; calls[caller] < 60 || Volatile.Read(ref renewals) < 2; Interlocked.Increment(ref calls[caller]))
            {
                await CallAsync(loop, session);
            }
        })).ToList();
        while (!callers.TrueForAll(c => c.IsCompleted))
        {
            await RenewAsync(loop, session);
            await CallAsync(loop, session);
            Interlocked.Increment(ref renewals);
            var before = calls.ToArray();
            while (!callers.Select((task, caller) => task.IsCompleted || Volatile.Read(ref calls[caller]) > before[caller]).All(done => done))
            {
                await Task.Yield();
            }
        }

        await Task.WhenAll(callers);
        Assert.True(renewals > 1);
    }
}
