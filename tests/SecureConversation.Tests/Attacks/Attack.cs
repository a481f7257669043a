namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Runs one attack: a valid message is opened, changed, closed and sent. The service must refuse it for the expected
/// reason with the uniform fault, and must still take what the client sends: an attack harms nobody else.
/// </summary>
internal static class Attack
{
    public const string Session = "mutualcert//session";
    public const string Single = "mutualcert//single";

    public const string StrongSession = "mutualcert/strong/session";
    public const string StrongSingle = "mutualcert/strong/single";

    /// <summary>On a message of a session as WCF protects it, and on one of the profile Strong, refused for the same reason.</summary>
    public static Task OnSessionAsync(Action<Forgery> attack, params FailureCode[] codes) => OnSessionAsync(attack, codes, codes);

    /// <summary>Where the profile Strong refuses it for another reason: its signature is over the ciphertext, and is verified first.</summary>
    public static async Task OnSessionAsync(Action<Forgery> attack, FailureCode[] codes, FailureCode[] inStrong)
    {
        await OnRequestAsync(Session, attack, codes);
        await OnRequestAsync(StrongSession, attack, inStrong);
    }

    /// <summary>The same outside of sessions.</summary>
    public static Task OnSingleAsync(Action<Forgery> attack, params FailureCode[] codes) => OnSingleAsync(attack, codes, codes);

    public static async Task OnSingleAsync(Action<Forgery> attack, FailureCode[] codes, FailureCode[] inStrong)
    {
        await OnRequestAsync(Single, attack, codes);
        await OnRequestAsync(StrongSingle, attack, inStrong);
    }

    /// <summary>On what the profile Strong has not: an encrypted signature, and the place of the reference list before it.</summary>
    public static Task OnSessionOfWcfAsync(Action<Forgery> attack, params FailureCode[] codes) => OnRequestAsync(Session, attack, codes);

    public static async Task OnRequestAsync(string binding, Action<Forgery> attack, params FailureCode[] codes)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        attack(forged);
        await scene.RefusedAsync(forged.Seal(), codes);
        await scene.GoesOnAsync(request.Envelope);
    }

    /// <summary>The same on the reply; the client refuses it and takes the true one.</summary>
    public static async Task OnReplyAsync(string binding, Action<Forgery> attack, params FailureCode[] codes)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        using var key = scene.SessionKey is null ? Forgery.Unwrap(Forgery.Load(request.Envelope)) : null;
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Roles.Loopback.Reply(scene.Version));
        var forged = Forgery.Open(reply.Envelope, scene.SessionKey ?? key);
        attack(forged);
        var sent = forged.Seal();
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(sent));
        Assert.Contains(refused.Code, codes);
        using var verified = request.VerifyReply(reply.Envelope);
    }
}
