using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>Flights of TLS that no honest end sends: both sides refuse them in their own words, whatever the platform's TLS throws.</summary>
public sealed partial class NegotiationHostileLegTests
{
    /// <summary>What is added to a flight: records of each type, whole and cut off, some of them many times.</summary>
    public static TheoryData<int, string> Additions
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var number in Enumerable.Range(0, 4))
            {
                foreach (var octets in new[]
                {
                    "150303000201 00", "1503030002022800", "16030300040000 0000", "1603030004000000 001603030004000000 00", "1703030001 00", "170303000000",
                    "140303000101", "1603030000", "16", "1603", "18030300030100 10", "8000", "1503030002 0100", "16030300010b",
                })
                {
                    data.Add(number, octets.Replace(" ", "", StringComparison.Ordinal));
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Additions))]
    public async Task Records_BeforeAndBehindAFlight_AreRefusedInOwnWords(int number, string hex)
    {
        var octets = Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0");
        foreach (var name in new[] { "none/2005/kept/single", "certificate/2007/cookie/single" })
        {
            using var loop = NegotiationScene.Open(name);
            await RefusedAsync(loop, number, flight => [.. flight, .. octets]);
            await RefusedAsync(loop, number, flight => [.. octets, .. flight]);
            await RefusedAsync(loop, number, flight => [.. flight, .. Enumerable.Repeat(octets, 4000).SelectMany(o => o).Take(90_000)]);
        }
    }

    /// <summary>A client that knows nothing newer than TLS 1.1 or 1.0, and a service that answers with another version than 1.2.</summary>
    [Theory]
    [InlineData(0, 0x01)]
    [InlineData(0, 0x02)]
    [InlineData(1, 0x01)]
    [InlineData(1, 0x02)]
    [InlineData(1, 0x04)]
    public async Task Hello_OfAnotherVersion_IsRefused(int number, byte minor)
    {
        // Behind the heads of the record and of the handshake message (RFC 5246 sections 6.2.1, 7.4 and 7.4.1).
        const int Major = 9;
        using var loop = NegotiationScene.Open("none/2005/kept/single");
        await RefusedAsync(loop, number, flight =>
        {
            Assert.Equal([3, 3], flight[Major..(Major + 2)]);
            flight[Major + 1] = minor;
            return flight;
        });
    }

    [Theory]
    [InlineData("none/2005/kept/single")]
    [InlineData("certificate/2005/kept/single")]
    public async Task Flights_ChangedAtRandom_AreRefusedInOwnWords(string name)
    {
        var random = new Random(7);
        using var loop = NegotiationScene.Open(name);
        for (var i = 0; i < 100; i++)
        {
            var number = random.Next(4);
            await RefusedAsync(loop, number, flight => Change(flight, random));
        }
    }

    private static byte[] Change(byte[] flight, Random random)
    {
        var changed = flight.ToList();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var place = random.Next(changed.Count);
            switch (random.Next(4))
            {
                case 0:
                    changed[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed.RemoveRange(place, Math.Min(random.Next(1, 40), changed.Count - place));
                    break;
                case 2:
                    changed.InsertRange(place, changed.Take(random.Next(1, 300)).ToList());
                    break;
                default:
                    changed[place] = (byte)random.Next(256);
                    break;
            }

            if (changed.Count == 0)
            {
                return [22];
            }
        }

        // What was changed may have got what it had.
        if (changed.SequenceEqual(flight))
        {
            changed[^1] ^= 1;
        }

        return [.. changed];
    }

    private static async Task RefusedAsync(Loopback loop, int number, Func<byte[], byte[]> change)
    {
        var (n, code) = (0, FailureCode.None);
        byte[] Changed(byte[] leg) => n++ == number ? Replace(leg, change) : leg;
        var thrown = await Record.ExceptionAsync(async () => await loop.Client.EnsureNegotiatedAsync(Loopback.Address, async (leg, stop) =>
        {
            using var result = await loop.Service.ReceiveAsync(Changed(leg.Envelope.ToArray()), stop);
            var respond = Assert.IsType<ServiceResult.Respond>(result);
            code = respond.Code;
            return Changed(respond.Envelope.ToArray());
        }));
        Assert.NotEqual(FailureCode.Internal, code);
        Assert.NotEqual(FailureCode.Internal, Assert.IsType<SecureConversationException>(thrown).Code);
    }

    private static byte[] Replace(byte[] octets, Func<byte[], byte[]> change)
    {
        var leg = Encoding.UTF8.GetString(octets);
        var flight = Flight().Match(leg).Groups[1];
        return !flight.Success ? octets : Encoding.UTF8.GetBytes(leg[..flight.Index]
            + Convert.ToBase64String(change(Convert.FromBase64String(flight.Value))) + leg[(flight.Index + flight.Length)..]);
    }

    [GeneratedRegex("BinaryExchange [^>]*>([A-Za-z0-9+/=]+)<")]
    private static partial Regex Flight();
}
