using Containerd.Services.Images.V1;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>The names of images: each record points to a manifest or an index and keeps what hangs on it.</summary>
public sealed class ImageService
{
    private readonly Images.ImagesClient _images;

    internal ImageService(CallInvoker invoker) => _images = new(invoker);

    public async Task<ImageRecord?> FindAsync(string name, CancellationToken cancel)
    {
        using var call = _images.GetAsync(new() { Name = name }, cancellationToken: cancel);
        return await Answer.OrNull(call, $"look up image \"{name}\"", cancel) is { Image: { } image } ? ImageRecord.From(image) : null;
    }

    public async Task<IReadOnlyList<ImageRecord>> ListAsync(CancellationToken cancel, params string[] filters)
    {
        using var call = _images.ListAsync(new() { Filters = { filters } }, cancellationToken: cancel);
        return [.. (await Answer.Of(call, "list images", cancel)).Images.Select(ImageRecord.From)];
    }

    /// <summary>Makes the name point to the target, whether or not it exists.</summary>
    public async Task PutAsync(ImageRecord image, CancellationToken cancel)
    {
        // Create and update by turns: a record can appear or go between our two calls, CRI or ctr at work beside us.
        while (!await CreateAsync(image, cancel) && !await UpdateAsync(image, cancel))
            cancel.ThrowIfCancellationRequested();
    }

    /// <summary>False: there is no such image. With <paramref name="sync"/>, the answer comes after the garbage collection.</summary>
    public async Task<bool> DeleteAsync(string name, bool sync, CancellationToken cancel)
    {
        using var call = _images.DeleteAsync(new() { Name = name, Sync = sync }, cancellationToken: cancel);
        return await Answer.Found(call, $"delete image \"{name}\"", cancel);
    }

    private async Task<bool> CreateAsync(ImageRecord image, CancellationToken cancel)
    {
        using var call = _images.CreateAsync(new() { Image = image.ToWire() }, cancellationToken: cancel);
        return await Answer.IfNew(call, $"create image \"{image.Name}\"", cancel) is not null;
    }

    private async Task<bool> UpdateAsync(ImageRecord image, CancellationToken cancel)
    {
        UpdateImageRequest request = new() { Image = image.ToWire(), UpdateMask = new() { Paths = { "target" } } };
        foreach (string label in image.Labels.Keys)
            request.UpdateMask.Paths.Add("labels." + label);
        using var call = _images.UpdateAsync(request, cancellationToken: cancel);
        return await Answer.Found(call, $"update image \"{image.Name}\"", cancel);
    }
}
