namespace SecureConversation.Tests.Surface;

/// <summary>What the package lets others see, and how it may grow.</summary>
public sealed class PublicTypesTests
{
    private static Type[] Visible => [.. typeof(MessageSecurityClient).Assembly.GetTypes().Where(t => t.IsVisible)];

    /// <summary>The folder is the boundary: what lies in it may change with every version.</summary>
    [Fact]
    public void Engine_HasNothingPublic()
    {
        Assert.Contains(typeof(MessageSecurityClient).Assembly.GetTypes(), IsOfEngine);
        Assert.DoesNotContain(Visible, IsOfEngine);
    }

    /// <summary>
    /// A positional record breaks those who make it or take it apart as soon as it gains a member. The compiler gives each of them, and
    /// nothing else here, a method that takes it apart.
    /// </summary>
    [Fact]
    public void Records_AreNotPositional() =>
        Assert.DoesNotContain(Visible, t => t.GetMethod("Deconstruct") is not null);

    private static bool IsOfEngine(Type type) => type.Namespace?.StartsWith("SecureConversation.Engine", StringComparison.Ordinal) == true;
}
