using System.Buffers;
using System.Text;
using SecureConversation.Fuzz.Sealing;
using SecureConversation.Fuzz.Targets;

namespace SecureConversation.Fuzz.Tests;

/// <summary>The judges of the targets see what they are there for. A judge that never says no would let every fuzzing run pass.</summary>
public sealed class JudgeTests
{
    [Fact]
    public void PoolBalance_SeesABufferThatIsKept()
    {
        byte[]? kept = null;
        Assert.Throws<FuzzFindingException>(() => PoolBalance.RequireEven(() => kept = ArrayPool<byte>.Shared.Rent(1000)));
        PoolBalance.RequireEven(() => ArrayPool<byte>.Shared.Return(ArrayPool<byte>.Shared.Rent(1000)));
        ArrayPool<byte>.Shared.Return(kept!);
    }

    [Fact]
    public void DispatchJudge_SeesAPartThatIsNotCovered()
    {
        var scene = new FuzzScene("mutualcert/encrypt-first/session");
        using var one = scene.Secure(scene.Request());
        using var other = scene.Secure(scene.Request("<Echo xmlns=\"urn:e\">other</Echo>"));
        using var result = scene.Receive(one.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        DispatchJudge.Judge(dispatch.Request, one.Envelope, scene.SignsFirst);

        // The digests of the other order, over ciphertext that is not there.
        Assert.Throws<FuzzFindingException>(() => DispatchJudge.Judge(dispatch.Request, one.Envelope, signsFirst: true));

        // Another body under the signature of this message.
        var swapped = Encoding.UTF8.GetBytes(Text(one.Envelope).Replace(Body(one.Envelope), Body(other.Envelope), StringComparison.Ordinal));
        Assert.Throws<FuzzFindingException>(() => DispatchJudge.Judge(dispatch.Request, swapped, scene.SignsFirst));
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/encrypt-first/session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    public void Sealer_SignsWhatWasChanged(string binding)
    {
        var scene = new FuzzScene(binding);
        using var request = scene.Secure(scene.Request());
        var script = Encoding.Latin1.GetString(ScriptWriter.Write(request.Envelope, scene.RequestKeys()));
        var changed = script.Replace("<text>h&amp;i</text>", "<text>changed</text>", StringComparison.Ordinal);
        Assert.NotEqual(script, changed);

        using var result = scene.Receive(MessageSealer.Seal(Encoding.Latin1.GetBytes(changed), scene.RequestKeys()));

        Assert.Contains("<text>changed</text>", Text(Assert.IsType<ServiceResult.Dispatch>(result).Request.Envelope), StringComparison.Ordinal);
    }

    [Fact]
    public void Mutations_OfOneSeed_AreTheSame()
    {
        byte[][] inputs = ["<a b='c'>text</a>"u8.ToArray(), "<d/>"u8.ToArray()];
        var one = new Mutation(3, inputs, Mutation.Dictionary);
        var other = new Mutation(3, inputs, Mutation.Dictionary);
        var made = Enumerable.Range(0, 200).Select(_ => one.Next()).ToList();
        Assert.All(made, input => Assert.Equal(other.Next(), input));
        Assert.InRange(made.Select(Convert.ToBase64String).Distinct().Count(), 150, 200);
    }

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);

    private static string Body(ReadOnlyMemory<byte> envelope)
    {
        var text = Text(envelope);
        var start = text.IndexOf("<s:Body", StringComparison.Ordinal);
        return text[start..text.IndexOf("</s:Body>", StringComparison.Ordinal)];
    }
}
